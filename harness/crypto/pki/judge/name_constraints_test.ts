import assert from "node:assert/strict";
import { buildName, type NameAttribute } from "../issue/subject.ts";
import { derOf } from "../issue/asn1.ts";
import { parseCertificate } from "../read/certificate.ts";
import { readDer } from "../read/der.ts";
import { parseName } from "../read/distinguished_name.ts";
import type { GeneralName } from "../read/general_names.ts";
import { ca } from "../testing/world.ts";
import { NameConstraints } from "./name_constraints.ts";

const example = parseCertificate((await ca.issue({ commonNames: ["example.org"] })).certificate);

/** Is a certificate of this name alone within these bounds? */
function allows(name: GeneralName, permitted: GeneralName[], excluded: GeneralName[] = []): boolean {
  const constraints = new NameConstraints();
  constraints.add({ permitted, excluded });
  const subject = { ...example.subject, attributes: [] };
  return constraints.problems({ ...example, subject, values: { alternativeNames: [name] } }).length === 0;
}

const dns = (value: string): GeneralName => ({ kind: "dns", value });
const uri = (value: string): GeneralName => ({ kind: "uri", value });
const email = (value: string): GeneralName => ({ kind: "email", value });
const ip = (hex: string): GeneralName => ({ kind: "ip", value: Uint8Array.fromHex(hex) });
const directory = (...attributes: NameAttribute[]): GeneralName => ({
  kind: "directory",
  value: parseName(readDer(derOf(buildName(attributes).toSchema())), "name"),
});

Deno.test("a dNSName holds itself and what is below it", () => {
  assert.ok(allows(dns("a.Example.org"), [dns("example.ORG")]));
  assert.ok(allows(dns("example.org"), [dns("example.org")]));
  assert.ok(!allows(dns("badexample.org"), [dns("example.org")]));
  assert.ok(!allows(dns("example.org"), [dns(".example.org")]));
  assert.ok(allows(dns("x"), [dns("")]));
});

Deno.test("hosts of URIs and mail are that host only, or with a dot all below", () => {
  assert.ok(allows(uri("sip:alice@example.org:5061;lr"), [uri("example.org")]));
  assert.ok(!allows(uri("sip:a.example.org"), [uri("example.org")]));
  assert.ok(allows(uri("https://a.example.org/x"), [uri(".example.org")]));
  assert.ok(allows(email("a@example.org"), [email("a@example.org")]));
  assert.ok(!allows(email("b@example.org"), [email("a@example.org")]));
  assert.ok(allows(email("b@example.org"), [email("example.org")]));
});

Deno.test("addresses are held by their network, of their own version only", () => {
  assert.ok(allows(ip("c0000209"), [ip("c0000200ffffff00")]));
  assert.ok(!allows(ip("c0000309"), [ip("c0000200ffffff00")]));
  assert.ok(!allows(ip("20010db8000000000000000000000001"), [ip("c0000200ffffff00")]));
});

Deno.test("directory names are held by the names that they begin with", () => {
  const [o, cn] = [{ type: "O", value: "Example  Org" }, { type: "CN", value: "x" }];
  assert.ok(allows(directory(o, cn), [directory({ type: "O", value: "example org" })]));
  assert.ok(!allows(directory(cn), [directory(o)]));
  assert.ok(!allows(directory({ type: "O", value: "Example Organisation" }), [directory(o)]));
});

Deno.test("what is excluded wins, kinds without bounds are free, and bounds add up", () => {
  assert.ok(!allows(dns("a.example.org"), [dns("example.org")], [dns("a.example.org")]));
  assert.ok(allows(dns("a.example.org"), [uri("example.net")]));
  const constraints = new NameConstraints();
  constraints.add({ permitted: [dns("example.org")], excluded: [] });
  constraints.add({ permitted: [dns("example.net")], excluded: [] });
  const values = { alternativeNames: [dns("a.example.org")] };
  assert.deepEqual(constraints.problems({ ...example, values }), [
    'the name "a.example.org" is outside of what a CA above may certify',
  ]);
});

Deno.test("an e-mail address in the subject counts where there is none in subjectAltName", () => {
  const constraints = new NameConstraints();
  constraints.add({ permitted: [email("example.net")], excluded: [] });
  const subject = parseName(
    readDer(derOf(buildName([{ type: "emailAddress", value: "a@example.org" }]).toSchema())),
    "x",
  );
  assert.equal(constraints.problems({ ...example, subject, values: {} }).length, 1);
});
