/** A small PKI that tests share: keys are made once per process. */
import { createAuthority } from "../issue/authority.ts";
import { generateKeys } from "../issue/keys.ts";

export const NOW = Date.UTC(2030, 0, 15, 12);
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const NAME = "pcscf.ims.example.org";
export const NAMES = { commonNames: [NAME], dnsNames: [NAME] } as const;

export const root = await createAuthority({ name: "Test root", now: NOW });
export const ca = await root.intermediate({ name: "Test CA" });
export const good = await ca.issue(NAMES);
export const rsa = await generateKeys("RSA-2048");
