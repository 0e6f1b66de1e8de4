/** The service profile that an S-CSCF is given (TS 29.228 Annexes B and E): identities, and no filter criteria. */
import type { UserProfile } from "../../cx.ts";

export function userData({ impi, identities }: UserProfile): string {
  const each = identities.map(({ impu, barred }) =>
    `<PublicIdentity><BarringIndication>${barred ? 1 : 0}</BarringIndication>` +
    `<Identity>${escaped(impu)}</Identity></PublicIdentity>`
  );
  return `<?xml version="1.0" encoding="UTF-8"?><IMSSubscription><PrivateID>${escaped(impi)}</PrivateID>` +
    `<ServiceProfile>${each.join("")}</ServiceProfile></IMSSubscription>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
