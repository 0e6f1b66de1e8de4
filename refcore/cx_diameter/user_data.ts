/** The identities in a service profile (TS 29.228 Annexes B and E). */
import { SaxesParser } from "saxes";

/** Of all service profiles, in order; undefined where it is no such document. */
export function parseUserData(
  xml: string,
): { readonly impu: string; readonly barred: boolean }[] | undefined {
  const identities: { impu: string; barred: boolean }[] = [];
  const parser = new SaxesParser();
  let [text, impu, barred] = ["", "", false];
  let [subscription, failed] = [false, false];
  parser.on("error", () => failed = true);
  parser.on("opentag", ({ name }) => {
    text = "";
    if (name === "IMSSubscription") subscription = true;
    if (name === "PublicIdentity") [impu, barred] = ["", false];
  });
  parser.on("text", (piece) => text += piece);
  parser.on("closetag", ({ name }) => {
    if (name === "Identity") impu = text.trim();
    if (name === "BarringIndication") barred = ["1", "true"].includes(text.trim());
    if (name === "PublicIdentity" && impu !== "") identities.push({ impu, barred });
  });
  try {
    parser.write(xml).close();
  } catch {
    return undefined;
  }
  return failed || !subscription ? undefined : identities;
}
