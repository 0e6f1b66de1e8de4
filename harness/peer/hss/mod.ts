/** The HSS we play (Cx over Diameter). */
export { failure, success } from "./cx_answers.ts";
export { type HssOptions, HssServer } from "./server.ts";
export type { CxCommand, CxReply, CxRequest, CxScript, HssView, RegistrationState } from "./types.ts";
/** What cases read questions with, and write answers. */
export { ASSIGNMENT, type Avp, avp, RESULT, valueOf, valuesOf } from "../../wire/diameter/mod.ts";
