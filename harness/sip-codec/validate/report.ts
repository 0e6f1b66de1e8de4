/** How checks tell what they found, and how they read views that may be malformed. */
import { SipSyntaxError } from "../errors.ts";
import type { DefectLevel } from "./defect.ts";

export type Report = (field: string, level: DefectLevel, reason: string, status?: number) => void;

/** What a view gives; undefined where it is malformed. */
export function valueOf<T>(view: () => T, onError?: (error: SipSyntaxError) => void): T | undefined {
  try {
    return view();
  } catch (error) {
    if (!(error instanceof SipSyntaxError)) throw error;
    onError?.(error);
    return undefined;
  }
}
