/** The two messages of the benchmark: shaped as an IMS terminal sends them (TS 24.229 5.1.1, 5.1.3); made up here. */

const encoder = new TextEncoder();

/** REGISTER with AKA credentials and a security agreement, 1.2 kB. */
export const registerOctets: Uint8Array = message([
  "REGISTER sip:ims.mnc001.mcc001.3gppnetwork.org SIP/2.0",
  "Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK-524287-1---7a3c91d0e5f84b26;rport;keep",
  "Max-Forwards: 70",
  "From: <sip:001010123456789@ims.mnc001.mcc001.3gppnetwork.org>;tag=4fa3b1c7",
  "To: <sip:001010123456789@ims.mnc001.mcc001.3gppnetwork.org>",
  "Call-ID: apb03a0s09dkjdfglkj49111@192.0.2.10-5060.terminal",
  "CSeq: 2 REGISTER",
  'Contact: <sip:192.0.2.10:5062;transport=udp>;expires=600000;+sip.instance="<urn:gsma:imei:90420156-025763-0>"',
  'Authorization: Digest username="001010123456789@ims.mnc001.mcc001.3gppnetwork.org",' +
  'realm="ims.mnc001.mcc001.3gppnetwork.org",nonce="A34Cm+Fva37UYWpGNB34JP7cQm3q0AAA2b1T8mZwrT8=",' +
  'uri="sip:ims.mnc001.mcc001.3gppnetwork.org",response="6629fae49393a05397450978507c4ef1",algorithm=AKAv1-MD5',
  "Security-Client: ipsec-3gpp;alg=hmac-sha-1-96;ealg=aes-cbc;prot=esp;mod=trans;spi-c=23456789;spi-s=12345678;port-c=2468;port-s=1357",
  "Security-Verify: ipsec-3gpp;q=0.1;alg=hmac-sha-1-96;ealg=aes-cbc;spi-c=98765432;spi-s=87654321;port-c=8642;port-s=7531",
  "P-Access-Network-Info: 3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=00101D0F0A1B2C3D",
  "Require: sec-agree",
  "Proxy-Require: sec-agree",
  "Supported: path,gruu",
  "Content-Length: 0",
], []);

/** INVITE with preconditions and an offer of audio and video, 2.2 kB. */
export const inviteOctets: Uint8Array = message([
  "INVITE tel:+12125552222 SIP/2.0",
  "Via: SIP/2.0/UDP 192.0.2.33:1357;branch=z9hG4bK-524287-1---9b2f60c4d1e7a853;rport",
  "Max-Forwards: 70",
  "Route: <sip:pcscf1.ims.mnc001.mcc001.3gppnetwork.org:7531;lr>,<sip:orig@scscf1.ims.mnc001.mcc001.3gppnetwork.org;lr>",
  "P-Preferred-Identity: <sip:+12125551111@ims.mnc001.mcc001.3gppnetwork.org>",
  "P-Preferred-Service: urn:urn-7:3gpp-service.ims.icsi.mmtel",
  "P-Access-Network-Info: 3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=00101D0F0A1B2C3D",
  "Privacy: none",
  "From: <sip:+12125551111@ims.mnc001.mcc001.3gppnetwork.org>;tag=171828",
  "To: <tel:+12125552222>",
  "Call-ID: cb03a0s09a2sdfglkj490333@192.0.2.33",
  "CSeq: 127 INVITE",
  "Require: sec-agree",
  "Proxy-Require: sec-agree",
  "Supported: precondition,100rel,gruu,timer,199",
  "Session-Expires: 1800;refresher=uac",
  "Security-Verify: ipsec-3gpp;q=0.1;alg=hmac-sha-1-96;ealg=aes-cbc;spi-c=98765432;spi-s=87654321;port-c=8642;port-s=7531",
  'Contact: <sip:001010123456789@192.0.2.33:1357;transport=udp>;+sip.instance="<urn:gsma:imei:90420156-025763-0>";' +
  '+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel"',
  'Accept-Contact: *;+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel"',
  "Allow: INVITE,ACK,CANCEL,BYE,PRACK,UPDATE,REFER,MESSAGE,OPTIONS,NOTIFY,INFO",
  "Accept: application/sdp,application/3gpp-ims+xml",
  "Content-Type: application/sdp",
], [
  "v=0",
  "o=- 2987933615 2987933615 IN IP4 192.0.2.33",
  "s=-",
  "c=IN IP4 192.0.2.33",
  "b=AS:412",
  "t=0 0",
  "m=audio 49120 RTP/AVP 104 97 96",
  "b=AS:38",
  "a=rtpmap:104 AMR-WB/16000/1",
  "a=fmtp:104 mode-change-capability=2;max-red=220",
  "a=rtpmap:97 AMR/8000/1",
  "a=fmtp:97 mode-change-capability=2;max-red=220",
  "a=rtpmap:96 telephone-event/8000",
  "a=curr:qos local none",
  "a=curr:qos remote none",
  "a=des:qos mandatory local sendrecv",
  "a=des:qos optional remote sendrecv",
  "a=sendrecv",
  "a=ptime:20",
  "a=maxptime:240",
  "m=video 49122 RTP/AVP 98",
  "b=AS:374",
  "a=rtpmap:98 H264/90000",
  "a=fmtp:98 packetization-mode=0;profile-level-id=42e00c",
  "a=curr:qos local none",
  "a=curr:qos remote none",
  "a=des:qos mandatory local sendrecv",
  "a=des:qos optional remote sendrecv",
  "a=sendrecv",
]);

function message(headers: string[], body: string[]): Uint8Array {
  const content = body.map((line) => `${line}\r\n`).join("");
  const length = body.length === 0 ? [] : [`Content-Length: ${content.length}`];
  return encoder.encode([...headers, ...length, "", content].join("\r\n"));
}
