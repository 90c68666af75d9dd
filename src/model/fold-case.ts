/**
 * What is alike but for its case, and what it is folded to: Unicode's simple case folding, one code point for one. Each word is
 * `first[-last[/step]]` and the distance, `+` upwards and `~` downwards, in base 36. It is written out, so that filters in memory,
 * in SQLite and in PostgreSQL agree whatever Unicode their libraries know; a migration has given it to PostgreSQL, so a
 * change of it needs another one.
 */
const FOLDINGS =
  "1t-2i+w 51+lj 5c-5y+w 60-66+w 74-8e/2+1 8i-8m/2+1 8p-93/2+1 96-ae/2+1 ag~3d ah-al/2+1 an~7g " +
  "ap+5u aq-as/2+1 au+5q av+1 ax-ay+5p az+1 b2+27 b3+5m b4+5n b5+1 b7+5p b8+5r ba+5v bb+5t bc+1 " +
  "bg+5v bh+5x bj+5y bk-bo/2+1 bq+62 br+1 bt+62 bw+1 by+62 bz+1 c1-c2+61 c3-c5/2+1 c7+63 c8+1 cc+1 " +
  "ck+2 cl+1 cn+2 co+1 cq+2 cr-d7/2+1 da-dq/2+1 dt+2 du-dw/2+1 dy~2p dz~1k e0-f2/2+1 f4~3m " +
  "f6-fm/2+1 fu+8bv fv+1 fx~4j fy+8bs g1+1 g3~5f g4+1x g5+1z g6-ge/2+1 n9+38 og-oi/2+1 om+1 ov+38 " +
  "p2+12 p4-p6+11 p8+1s pa-pb+1r pd-pt+w pv-q3+w qq+1 r3+8 r4~u r5~p r9~f ra~m rc-ry/2+1 s0~1i " +
  "s1~1c s4~1o s5~1s s7+1 s9~7 sa+1 sd-sf~3m sg-sv+28 sw-tr+w v4-w0/2+1 wa-xq/2+1 xs+f xt-y5/2+1 " +
  "y8-10u/2+1 10x-11y+1c 3a8-3b9+5ls 3bb+5ls 3bh+5ls 3vk-3xr+tzk 3xs-3xx+8 5mo~4su 5mp~4st 5mq~4sk " +
  "5mr-5ms~4si 5mt~4sj 5mu~4sc 5mv~4ro 5mw+r7n 5mx+1 5n4-5oa~2bk 5od-5of~2bk 5xc-61g/2+1 61n~1m " +
  "61q~5vj 61s-64e/2+1 64o-64v~8 654-659~8 65k-65r~8 660-667~8 66g-66l~8 66x-673/2~8 67c-67j~8 " +
  "688-68f~8 68o-68v~8 694-69b~8 69k-69l~8 69m-69n~22 69o~9 69q~5j9 6a0-6a3~2e 6a4~9 6ag-6ah~8 " +
  "6ai-6aj~2s 6aw-6ax~8 6ay-6az~34 6b0~7 6bc-6bd~3k 6be-6bf~3i 6bg~9 6jq~5st 6ju~6gv 6jv~6di 6k2+s " +
  "6lc-6lr+g 6mb+1 792-79r+q 8ow-8q7+1c 8rk+1 8rm~8af 8rn~2xy 8ro~89z 8rr-8rv/2+1 8rx~8bg 8ry~8al " +
  "8rz~8bj 8s0~8bi 8s2+1 8s5+1 8se-8sf~8cf 8sg-8v6/2+1 8vf-8vh/2+1 8vm+1 wu8-wvg/2+1 ww0-wwq/2+1 " +
  "x0i-x0u/2+1 x0y-x2m/2+1 x2x-x2z/2+1 x31~r9g x32-x3a/2+1 x3f+1 x3h~wmg x3k-x3m/2+1 x3q-x48/2+1 " +
  "x4a~wn8 x4b~wnj x4c~wnf x4d~wn5 x4e~wn8 x4g~wlu x4h~wmi x4i~wlx x4j+ps x4k-x4y/2+1 x50~1c " +
  "x51~wn7 x52~raw x53-x55/2+1 x57~wo7 x58-x5m/2+1 x5o~wu9 x6d+1 1ee9-1eey+w 1fcw-1fdz+14 " +
  "1fhs-1fir+14 1fn4-1fne+13 1fng-1fnu+13 1fnw-1fo2+13 1fo4-1fo5+13 1h1c-1h2q+1s 1h74-1h7p+w " +
  "1jfk-1jgf+w 20cg-20db+w 20f4-20fs+r 2olc-2om9+y";

/** What is folded, and at the same positions what it becomes. */
export function foldedLetters(): { readonly from: string; readonly to: string } {
  const from: string[] = [];
  const to: string[] = [];
  for (const [letter, folded] of foldings()) {
    from.push(letter);
    to.push(folded);
  }
  return { from: from.join(""), to: to.join("") };
}

const WORD = /^([0-9a-z]+)(?:-([0-9a-z]+))?(?:\/(\d))?([+~])([0-9a-z]+)$/;

function* foldings(): Generator<readonly [string, string]> {
  for (const word of FOLDINGS.split(" ")) {
    const [, first = "", last = first, step = "1", sign, distance = ""] = WORD.exec(word) ?? [];
    const delta = Number.parseInt(distance, 36) * (sign === "~" ? -1 : 1);
    for (let point = Number.parseInt(first, 36); point <= Number.parseInt(last, 36); point += Number(step))
      yield [String.fromCodePoint(point), String.fromCodePoint(point + delta)];
  }
}

let table: ReadonlyMap<string, string> | undefined;

const ASCII = /^[\0-\x7f]*$/;

/** The text with which another one is compared regardless of case. */
export function foldCase(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  table ??= new Map(foldings());
  let folded = "";
  for (const letter of text) folded += table.get(letter) ?? letter;
  return folded;
}
