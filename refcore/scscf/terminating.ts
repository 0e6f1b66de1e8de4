/** Requests to users this S-CSCF serves: TS 24.229 5.4.3.3. */
import { canonicalImpu } from "../identity.ts";
import { type Branch, forwardable, relay } from "../proxy.ts";
import type { ServerTransaction } from "../stack.ts";
import { isRegEvent, opensDialog } from "./originating.ts";
import type { Binding, RegisteredSet } from "./registrations.ts";
import type { Scscf } from "./scscf.ts";

export function terminate(scscf: Scscf, server: ServerTransaction): void {
  const request = forwardable(server);
  if (!request) return;
  scscf.popOwnRoutes(request);
  const impu = canonicalImpu(request.uri);
  const set = called(scscf, impu);
  const identity = identityOf(set, impu);
  // A barred identity cannot be called; it is as if it did not exist.
  if (identity?.barred && !scscf.context.faults.has("scscf/serves-barred-identity")) {
    return void server.reply(404);
  }
  if (request.method === "SUBSCRIBE" && isRegEvent(request)) {
    return scscf.notifier.subscribe(server, request.assertedIdentities.map(({ uri }) => canonicalImpu(uri)));
  }
  if (!set) return void server.reply(480);
  // 6.1.1: an IMPU that is registered stays so while its user is challenged again.
  const hidden = scscf.authentication.state(set.impi).open &&
    scscf.context.faults.has("scscf/challenge-hides-user");
  if (hidden) return void server.reply(480);
  const dialog = opensDialog(request);
  const branches: Branch[] = [];
  for (const binding of targets(set)) {
    const branch = request.clone();
    branch.set("P-Called-Party-ID", `<${request.requestUri}>`);
    branch.requestUri = binding.contact.uri;
    branch.prepend("Route", binding.path);
    if (dialog) branch.prepend("Record-Route", `<${scscf.uri("mt")}>`);
    const to = scscf.link.flowTo(branch.routes[0]?.uri ?? branch.uri);
    if (to) branches.push({ request: branch, to });
  }
  if (branches.length === 0) return void server.reply(480);
  relay(server, scscf.stack, branches, { unreachable: 480 });
}

/** RFC 5626 7: of the flows of one instance only one is used, the one that was registered last. */
function targets(set: RegisteredSet): Binding[] {
  const byInstance = new Map<string, Binding>();
  for (const binding of set.bindings.values()) {
    const name = binding.contact.params.get("+sip.instance") ?? binding.key;
    const other = byInstance.get(name);
    if (!other || other.registeredAt <= binding.registeredAt) byInstance.set(name, binding);
  }
  return [...byInstance.values()];
}

/** The set to deliver to: that of the IMPU, no other of the same user. */
function called(scscf: Scscf, impu: string): RegisteredSet | undefined {
  const { faults } = scscf.context;
  const set = scscf.registrations.find(impu);
  const implicit = set && impu !== set.explicit && identityOf(set, impu)?.barred === false;
  if (implicit && faults.has("scscf/implicit-impu-unreachable")) return undefined;
  if (!set && faults.has("scscf/delivers-to-any-contact-of-impi")) {
    for (const other of scscf.registrations.all) if (other.profile.otherSets?.includes(impu)) return other;
  }
  return set;
}

function identityOf(set: RegisteredSet | undefined, impu: string) {
  return set?.profile.identities.find((one) => one.impu === impu);
}
