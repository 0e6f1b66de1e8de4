/** DNS messages (RFC 1035 4), with the records that SIP looks for: A, AAAA, CNAME, NS, SRV, NAPTR. */
export { buildDns, type BuildDnsOptions } from "./dns/build.ts";
export { sameDnsName } from "./dns/name.ts";
export { parseDns } from "./dns/parse.ts";
export {
  DNS_CLASS_IN,
  DNS_RCODE,
  DNS_TYPE,
  type DnsMessage,
  type DnsNaptr,
  type DnsQuestion,
  type DnsRecord,
  type DnsRecordData,
  type DnsSrv,
  type DnsTypeName,
  dnsTypeNumber,
} from "./dns/types.ts";
