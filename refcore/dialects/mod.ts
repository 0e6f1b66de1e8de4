export { type Dialect, type DialectId, dialects, type Speaker, speakerOf } from "./dialects.ts";
