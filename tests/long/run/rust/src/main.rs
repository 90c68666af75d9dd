//! What a Rust program has: reqwest with rustls, and the system's authorities.
fn main() {
    let response = reqwest::blocking::get("https://api.bitbucket.org/2.0/hook_events").unwrap();
    println!("reqwest {}", response.status().as_u16());
}
