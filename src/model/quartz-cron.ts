const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

type Field = {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Names of numbers, from the least. */
  readonly words?: readonly string[];
  /** What only this field may be. */
  readonly special?: RegExp;
};

/** Source: Quartz, CronExpression. */
const FIELDS: readonly Field[] = [
  { name: "seconds", min: 0, max: 59 },
  { name: "minutes", min: 0, max: 59 },
  { name: "hours", min: 0, max: 23 },
  {
    name: "day of month",
    min: 1,
    max: 31,
    special: /^(?:\?|L|LW|L-(?:[1-9]|[12]\d|30)|(?:[1-9]|[12]\d|3[01])W)$/,
  },
  { name: "month", min: 1, max: 12, words: MONTHS },
  {
    name: "day of week",
    min: 1,
    max: 7,
    words: DAYS,
    special: /^(?:\?|L|(?:[1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(?:L|#[1-5]))$/,
  },
  { name: "year", min: 1970, max: 2099 },
];

const [DAY_OF_MONTH, DAY_OF_WEEK] = [3, 5];

/** What is wrong with a pattern of seven fields as Quartz has them, such as `0 0 12 * * ? *`. Undefined: nothing. */
export function quartzCronProblem(text: string): string | undefined {
  const parts = text.trim().toUpperCase().split(/ +/);
  if (parts.length !== FIELDS.length) return `must have ${FIELDS.length} fields, and has ${parts.length}`;
  const wrong = FIELDS.find((field, index) => !isField(field, parts[index]!));
  if (wrong !== undefined) return `the field of the ${wrong.name} is wrong`;
  const asked = [parts[DAY_OF_MONTH], parts[DAY_OF_WEEK]].filter((part) => part !== "?");
  return asked.length === 1 ? undefined : "one of the day of month and the day of week must be ?";
}

function isField(field: Field, text: string): boolean {
  return field.special?.test(text) === true || text.split(",").every((item) => isItem(field, item));
}

/** A value, `*` or a range, with or without a step. */
function isItem(field: Field, item: string): boolean {
  const [range = "", step, ...more] = item.split("/");
  if (more.length > 0) return false;
  if (step !== undefined && !(/^\d{1,4}$/.test(step) && Number(step) >= 1 && Number(step) <= field.max))
    return false;
  if (range === "*") return true;
  const ends = range.split("-");
  return ends.length <= 2 && ends.every((end) => isValue(field, end));
}

function isValue({ min, max, words }: Field, text: string): boolean {
  if (words?.includes(text) === true) return true;
  return /^\d{1,4}$/.test(text) && Number(text) >= min && Number(text) <= max;
}
