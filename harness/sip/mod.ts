/** SIP state machines: transactions, dialogs, registration, subscriptions, proxy behaviour. Pure: time comes in. */
export { TransactionLayer } from "./transaction_layer.ts";
export { DEFAULT_TIMERS, UE_TIMERS } from "./types.ts";
export type {
  Ids,
  LayerOptions,
  Outgoing,
  RequestSending,
  ResponseSending,
  Timers,
  TransactionEvent,
} from "./types.ts";
