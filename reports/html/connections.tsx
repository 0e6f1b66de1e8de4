/** The TLS connections of a case above its ladder: who with whom, what became of the handshake, how it ended. */
import { visible } from "../_text.ts";
import { to } from "./links.ts";
import { connectionsInWords, type TlsConnection } from "./tls_connections.ts";

/** More of them are folded away. */
const MOST_OPEN = 6;

export function Connections({ connections, idPrefix }: {
  connections: readonly TlsConnection[];
  /** Of the element ids of records: "msg/tls/registers". */
  idPrefix: string;
}) {
  if (connections.length === 0) return null;
  return (
    <details class="connections" open={connections.length <= MOST_OPEN}>
      <summary>{connectionsInWords(connections)}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">Connection</th>
            <th scope="col">Ends</th>
            <th scope="col">Handshake</th>
            <th scope="col">End</th>
          </tr>
        </thead>
        <tbody>
          {connections.map(({ number, record, actor, local, remote, handshake, words, end }) => (
            <tr key={number}>
              <td>
                <a class="on" href={to(`${idPrefix}/${record}`)}>TLS {number}</a>
              </td>
              <td>
                <span>
                  {visible(actor)} <span class="soft">{local} – {remote}</span>
                </span>
              </td>
              <td class={`h-${handshake}`}>{visible(words)}</td>
              <td>{visible(end) || "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
