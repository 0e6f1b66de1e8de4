/**
 * The names of Diameter: base (RFC 6733), Digest (RFC 4740), addresses (RFC 7155), Cx (TS 29.229 clause 6), and e2
 * (ETSI ES 283 035). A name is what the specification calls it.
 */

export const VENDOR = { none: 0, tgpp: 10415, etsi: 13019 } as const;

/** Auth-Application-Id. */
export const APPLICATION = { base: 0, cx: 16777216, e2: 16777231, relay: 0xffff_ffff } as const;

export const COMMAND = {
  "Capabilities-Exchange": 257,
  "Device-Watchdog": 280,
  "Disconnect-Peer": 282,
  /** Cx */
  "User-Authorization": 300,
  "Server-Assignment": 301,
  "Location-Info": 302,
  "Multimedia-Auth": 303,
  "Registration-Termination": 304,
  "Push-Profile": 305,
  /** e2 */
  "User-Data": 306,
  "Push-Notification": 309,
} as const;

export type CommandName = keyof typeof COMMAND;

export type AvpType =
  | "OctetString"
  | "UTF8String"
  | "Unsigned32"
  | "Unsigned64"
  | "Integer32"
  | "Address"
  | "Grouped";

const { none, tgpp, etsi } = VENDOR;

/** Code, vendor, type, M bit. DiameterIdentity and DiameterURI are texts here, Enumerated is Unsigned32. */
export const AVPS = {
  "User-Name": [1, none, "UTF8String", true],
  "Framed-IP-Address": [8, none, "OctetString", true],
  "Framed-Interface-Id": [96, none, "Unsigned64", true],
  "Framed-IPv6-Prefix": [97, none, "OctetString", true],
  "Digest-Realm": [104, none, "UTF8String", false],
  "Digest-QoP": [110, none, "UTF8String", false],
  "Digest-Algorithm": [111, none, "UTF8String", false],
  "Digest-HA1": [121, none, "UTF8String", false],
  "Host-IP-Address": [257, none, "Address", true],
  "Auth-Application-Id": [258, none, "Unsigned32", true],
  "Acct-Application-Id": [259, none, "Unsigned32", true],
  "Vendor-Specific-Application-Id": [260, none, "Grouped", true],
  "Session-Id": [263, none, "UTF8String", true],
  "Origin-Host": [264, none, "UTF8String", true],
  "Supported-Vendor-Id": [265, none, "Unsigned32", true],
  "Vendor-Id": [266, none, "Unsigned32", true],
  "Firmware-Revision": [267, none, "Unsigned32", false],
  "Result-Code": [268, none, "Unsigned32", true],
  "Product-Name": [269, none, "UTF8String", false],
  "Disconnect-Cause": [273, none, "Unsigned32", true],
  "Auth-Session-State": [277, none, "Unsigned32", true],
  "Origin-State-Id": [278, none, "Unsigned32", true],
  "Failed-AVP": [279, none, "Grouped", true],
  "Error-Message": [281, none, "UTF8String", false],
  "Route-Record": [282, none, "UTF8String", true],
  "Destination-Realm": [283, none, "UTF8String", true],
  "Proxy-Info": [284, none, "Grouped", true],
  "Destination-Host": [293, none, "UTF8String", true],
  "Origin-Realm": [296, none, "UTF8String", true],
  "Experimental-Result": [297, none, "Grouped", true],
  "Experimental-Result-Code": [298, none, "Unsigned32", true],
  "Inband-Security-Id": [299, none, "Unsigned32", true],
  "Visited-Network-Identifier": [600, tgpp, "OctetString", true],
  "Public-Identity": [601, tgpp, "UTF8String", true],
  "Server-Name": [602, tgpp, "UTF8String", true],
  "Server-Capabilities": [603, tgpp, "Grouped", true],
  "Mandatory-Capability": [604, tgpp, "Unsigned32", true],
  "Optional-Capability": [605, tgpp, "Unsigned32", true],
  "User-Data": [606, tgpp, "OctetString", true],
  "SIP-Number-Auth-Items": [607, tgpp, "Unsigned32", true],
  "SIP-Authentication-Scheme": [608, tgpp, "UTF8String", true],
  "SIP-Authenticate": [609, tgpp, "OctetString", true],
  "SIP-Authorization": [610, tgpp, "OctetString", true],
  "SIP-Authentication-Context": [611, tgpp, "OctetString", true],
  "SIP-Auth-Data-Item": [612, tgpp, "Grouped", true],
  "SIP-Item-Number": [613, tgpp, "Unsigned32", true],
  "Server-Assignment-Type": [614, tgpp, "Unsigned32", true],
  "Deregistration-Reason": [615, tgpp, "Grouped", true],
  "Reason-Code": [616, tgpp, "Unsigned32", true],
  "Reason-Info": [617, tgpp, "UTF8String", true],
  "Charging-Information": [618, tgpp, "Grouped", true],
  "Primary-Event-Charging-Function-Name": [619, tgpp, "UTF8String", true],
  "Secondary-Event-Charging-Function-Name": [620, tgpp, "UTF8String", true],
  "Primary-Charging-Collection-Function-Name": [621, tgpp, "UTF8String", true],
  "Secondary-Charging-Collection-Function-Name": [622, tgpp, "UTF8String", true],
  "User-Authorization-Type": [623, tgpp, "Unsigned32", true],
  "User-Data-Already-Available": [624, tgpp, "Unsigned32", true],
  "Confidentiality-Key": [625, tgpp, "OctetString", true],
  "Integrity-Key": [626, tgpp, "OctetString", true],
  "Supported-Features": [628, tgpp, "Grouped", true],
  "Feature-List-ID": [629, tgpp, "Unsigned32", false],
  "Feature-List": [630, tgpp, "Unsigned32", false],
  "Associated-Identities": [632, tgpp, "Grouped", false],
  "Originating-Request": [633, tgpp, "Unsigned32", true],
  "Wildcarded-Public-Identity": [634, tgpp, "UTF8String", false],
  "SIP-Digest-Authenticate": [635, tgpp, "Grouped", false],
  "UAR-Flags": [637, tgpp, "Unsigned32", false],
  "Loose-Route-Indication": [638, tgpp, "Unsigned32", false],
  "Multiple-Registration-Indication": [648, tgpp, "Unsigned32", false],
  "Globally-Unique-Address": [300, etsi, "Grouped", true],
  "Address-Realm": [301, etsi, "OctetString", true],
  "Logical-Access-ID": [302, etsi, "OctetString", false],
  "Access-Network-Type": [306, etsi, "Grouped", false],
  "Physical-Access-ID": [313, etsi, "UTF8String", false],
  "Location-Information": [350, etsi, "Grouped", false],
  "Terminal-Type": [352, etsi, "OctetString", false],
  "Requested-Information": [353, etsi, "Unsigned32", false],
  "Line-Identifier": [500, etsi, "OctetString", false],
} as const satisfies Readonly<Record<string, readonly [number, number, AvpType, boolean]>>;

export type AvpName = keyof typeof AVPS;

/** Result-Code of RFC 6733 7.1, Experimental-Result-Code of TS 29.229 6.2 and ES 283 035. */
export const RESULT = {
  DIAMETER_SUCCESS: 2001,
  DIAMETER_COMMAND_UNSUPPORTED: 3001,
  DIAMETER_UNABLE_TO_DELIVER: 3002,
  DIAMETER_REALM_NOT_SERVED: 3003,
  DIAMETER_TOO_BUSY: 3004,
  DIAMETER_APPLICATION_UNSUPPORTED: 3007,
  DIAMETER_AVP_UNSUPPORTED: 5001,
  DIAMETER_UNKNOWN_SESSION_ID: 5002,
  DIAMETER_AUTHORIZATION_REJECTED: 5003,
  DIAMETER_INVALID_AVP_VALUE: 5004,
  DIAMETER_MISSING_AVP: 5005,
  DIAMETER_NO_COMMON_APPLICATION: 5010,
  DIAMETER_UNABLE_TO_COMPLY: 5012,
} as const;

export const EXPERIMENTAL_RESULT = {
  DIAMETER_FIRST_REGISTRATION: 2001,
  DIAMETER_SUBSEQUENT_REGISTRATION: 2002,
  DIAMETER_UNREGISTERED_SERVICE: 2003,
  DIAMETER_SUCCESS_SERVER_NAME_NOT_STORED: 2004,
  DIAMETER_ERROR_USER_UNKNOWN: 5001,
  DIAMETER_ERROR_IDENTITIES_DONT_MATCH: 5002,
  DIAMETER_ERROR_IDENTITY_NOT_REGISTERED: 5003,
  DIAMETER_ERROR_ROAMING_NOT_ALLOWED: 5004,
  DIAMETER_ERROR_IDENTITY_ALREADY_REGISTERED: 5005,
  DIAMETER_ERROR_AUTH_SCHEME_NOT_SUPPORTED: 5006,
  DIAMETER_ERROR_IN_ASSIGNMENT_TYPE: 5007,
  DIAMETER_ERROR_TOO_MUCH_DATA: 5008,
  DIAMETER_ERROR_NOT_SUPPORTED_USER_DATA: 5009,
  DIAMETER_ERROR_FEATURE_UNSUPPORTED: 5011,
} as const;

/** Server-Assignment-Type, TS 29.229 6.3.15. */
export const ASSIGNMENT = {
  NO_ASSIGNMENT: 0,
  REGISTRATION: 1,
  RE_REGISTRATION: 2,
  UNREGISTERED_USER: 3,
  TIMEOUT_DEREGISTRATION: 4,
  USER_DEREGISTRATION: 5,
  TIMEOUT_DEREGISTRATION_STORE_SERVER_NAME: 6,
  USER_DEREGISTRATION_STORE_SERVER_NAME: 7,
  ADMINISTRATIVE_DEREGISTRATION: 8,
  AUTHENTICATION_FAILURE: 9,
  AUTHENTICATION_TIMEOUT: 10,
  DEREGISTRATION_TOO_MUCH_DATA: 11,
} as const;
