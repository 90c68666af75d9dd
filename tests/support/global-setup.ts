export async function globalSetup() { process.env.FOO_X = "yes"; console.log("setup"); }
export async function globalTeardown() { console.log("teardown"); }
