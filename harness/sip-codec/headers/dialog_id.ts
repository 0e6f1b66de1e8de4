/** Values that name a dialog: Replaces (RFC 3891), Join (RFC 3911), Target-Dialog (RFC 4538). */
import { type Cursor, readAll } from "../cursor.ts";
import { WORD } from "../grammar.ts";
import { type Params, type ParamsInit, paramsOf } from "../params.ts";
import { readParams } from "../read_params.ts";

export interface DialogId {
  readonly callId: string;
  /** to-tag, from-tag (Replaces, Join), local-tag, remote-tag (Target-Dialog). */
  readonly params: Params;
}

export function parseDialogId(text: string, field = "Replaces"): DialogId {
  return readAll(readDialogId, text, field);
}

export function formatDialogId(value: { callId: string; params?: ParamsInit }): string {
  return `${value.callId}${paramsOf(value.params)}`;
}

/** callid *( SEMI generic-param ); a word holds no semicolon. */
export function readDialogId(cursor: Cursor): DialogId {
  let callId = cursor.run(WORD, "a Call-ID");
  if (cursor.code === 0x40 && !cursor.done) {
    cursor.at++;
    callId += `@${cursor.run(WORD, "the host part of a Call-ID")}`;
  }
  return { callId, params: readParams(cursor) };
}
