/** What the operator of a core may ask for. */
import type { Boxes } from "./boxes.ts";
import type { NatBox } from "./nat/mod.ts";
import type { OperatorAction } from "./operator.ts";

export function operatorActions(
  { pcscf, scscf, hss, ibcf, asking }: Boxes,
  nat: NatBox | undefined,
): Map<string, OperatorAction> {
  const unknown = (impi: string | undefined) =>
    ({ status: 404, error: `there is no subscriber "${impi}"` }) as const;
  const actions = new Map<string, OperatorAction>([
    ["reauthenticate", ({ impi = "" }) => {
      if (!hss.has(impi)) return unknown(impi);
      const servers = [scscf, ...(asking ? [asking.scscf] : [])];
      const asked = servers.map((server) => server.requestReauthentication(impi));
      if (!asked.includes(true)) return { status: 404, error: `"${impi}" is not registered` };
    }],
    ["deregister", ({ impi = "" }) => hss.terminateRegistration(impi) ? undefined : unknown(impi)],
    ["change-password", ({ impi = "", password }) => {
      if (password === undefined) return { status: 400, error: `need "password"` };
      return hss.changePassword(impi, password) ? undefined : unknown(impi);
    }],
    ["reset", () => {
      scscf.reset();
      asking?.scscf.reset();
      pcscf.reset();
      hss.reset();
      ibcf?.reset();
    }],
  ]);
  const { security, tls, variants } = pcscf;
  actions.set("security-policy", (parameters) => {
    const error = variants.order(parameters) ?? security?.orders.order(parameters) ??
      tls?.orders.order(parameters);
    return error === undefined ? undefined : { status: 400, error };
  });
  if (tls) {
    actions.set("tls-renegotiate", ({ impi = "" }) => {
      if (!hss.has(impi)) return unknown(impi);
      if (!tls.askToRenegotiate(impi)) return { status: 404, error: `"${impi}" is not registered over TLS` };
    });
  }
  if (nat) {
    actions.set("nat-rebind", ({ address, move }) => {
      const forgotten = nat.rebind(address, move === "true");
      return forgotten > 0 ? undefined : { status: 404, error: `nobody is behind the NAT at "${address}"` };
    });
  }
  return actions;
}
