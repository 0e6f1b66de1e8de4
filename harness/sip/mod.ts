/** SIP state machines: transactions, dialogs, registration, subscriptions, proxy behaviour. Pure: time comes in. */
export { Dialog, uacDialog, uasDialog } from "./dialog.ts";
export type { DialogSetup, DialogState, Order } from "./dialog.ts";
export {
  addRecordRoute,
  addRoutes,
  bestResponse,
  decrementMaxForwards,
  forwardRequest,
  forwardResponse,
  nextHop,
  refusal,
  takeOwnRoute,
} from "./proxy.ts";
export type { Forwarding, Refusal } from "./proxy.ts";
export {
  CONTACT_EVENTS,
  parseRegInfo,
  REG_INFO_NAMESPACE,
  REG_INFO_TYPE,
  RegInfoSyntaxError,
} from "./reg_info.ts";
export type { ContactEvent, RegInfo, RegInfoContact, RegInfoRegistration } from "./reg_info.ts";
export { buildRegInfo, RegInfoTable } from "./reg_info_build.ts";
export { DEFAULT_EXPIRES_S, refreshAfter, Registration } from "./registration.ts";
export type { RegisterDraft, RegistrationSetup } from "./registration.ts";
export { REGISTRATION } from "./registration_states.ts";
export type { RegistrationEvent, RegistrationState } from "./registration_states.ts";
export { prackFor, ReliableReceiver, ReliableSender } from "./reliable.ts";
export type { Reliability } from "./reliable.ts";
export { byPreference, formatIpsec3gpp, IPSEC_3GPP, readIpsec3gpp } from "./sec_agree.ts";
export type { Ipsec3gpp } from "./sec_agree.ts";
export { SUBSCRIPTION, Subscription } from "./subscription.ts";
export type { SubscriptionEvent, SubscriptionSetup, SubscriptionState } from "./subscription.ts";
export { TransactionLayer } from "./transaction_layer.ts";
export { DEFAULT_TIMERS, UE_TIMERS } from "./types.ts";
export type {
  Ids,
  LayerOptions,
  Outgoing,
  RequestSending,
  ResponseSending,
  SentBy,
  Timers,
  TransactionEvent,
} from "./types.ts";
export { fillInSource, removeTopVia, responseFlow, viaValue } from "./via.ts";
