/** Session descriptions a UE sends when a case does not care: one audio stream that nobody listens to. */
import { type AttributeInit, buildSdp, parseSdp, type Sdp, type SdpMedia } from "sip-codec";
import type { Sender } from "./build.ts";

const PCMA = { formats: [8], attributes: ["rtpmap:8 PCMA/8000", "sendrecv"] } as const;

/** RFC 3264 5: one audio stream. */
export function offer(sender: Sender): Sdp {
  return describe(sender, [{ type: "audio", port: mediaPort(sender), protocol: "RTP/AVP", ...PCMA }]);
}

/**
 * RFC 3264 6: the streams of the offer in their order, each with its first format. What an application would have
 * to provide (keys, candidates, fingerprints) is not answered: such cases bring their own description.
 */
export function answer(sender: Sender, offered: string): Sdp {
  const media = parseSdp(offered).media.map((stream) => {
    const { type, protocol } = stream;
    const formats = stream.formats.slice(0, 1);
    return {
      type,
      port: stream.port === 0 ? 0 : mediaPort(sender),
      protocol,
      formats,
      attributes: kept(stream),
    };
  });
  return describe(sender, media);
}

function kept(stream: SdpMedia): AttributeInit[] {
  const format = stream.formats[0];
  const ofFormat = stream.attributes.filter(([name, value]) =>
    (name === "rtpmap" || name === "fmtp") && value?.split(" ")[0] === format
  );
  return [...ofFormat, MIRRORED.get(stream.direction) ?? "sendrecv"];
}

/** RFC 3264 6.1 */
const MIRRORED = new Map<string | undefined, string>([
  ["sendonly", "recvonly"],
  ["recvonly", "sendonly"],
  ["inactive", "inactive"],
]);

function describe(
  { protection: { contactAt: { address } }, random }: Sender,
  media: NonNullable<Parameters<typeof buildSdp>[0]["media"]>,
) {
  const sessionId = String(1 + random.integer(0x7fff_ffff));
  return buildSdp({ origin: { sessionId, sessionVersion: sessionId }, connection: address, media });
}

/** Even, and nowhere near what systems give out by themselves (RFC 3551 8 leaves the choice). */
function mediaPort({ random }: Sender): number {
  return 10_000 + 2 * random.integer(5000);
}
