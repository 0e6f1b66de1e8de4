/** Cx over Diameter: a CSCF that asks an HSS which is not in this process (TS 29.228, TS 29.229). */
import { CX } from "../../harness/diameter/mod.ts";
import { EnvironmentError } from "../../harness/errors.ts";
import type { Endpoint } from "../../harness/net/types.ts";
import {
  type Avp,
  COMMAND,
  type CommandName,
  type DiameterMessage,
  RESULT,
  valueOf,
} from "../../harness/wire/diameter/mod.ts";
import { WireSyntaxError } from "../../harness/wire/mod.ts";
import type * as cx from "../cx.ts";
import { DiameterClient, type DiameterClientOptions } from "../diameter_client.ts";
import * as read from "./answers.ts";
import * as write from "./questions.ts";

export interface DiameterCxOptions
  extends Pick<DiameterClientOptions, "net" | "clock" | "address" | "self" | "random" | "problem" | "tap"> {
  readonly hss: Endpoint;
}

/** Connects when it is first asked something, and again after the connection was lost. */
export class DiameterCx implements cx.Cx {
  readonly #client: DiameterClient;
  #listener: cx.CxListener | undefined;

  constructor({ hss, ...options }: DiameterCxOptions) {
    this.#client = new DiameterClient({
      ...options,
      server: hss,
      application: CX,
      obey: (request) => this.#obey(request),
    });
  }

  /** Who is told what the HSS says unasked. */
  listen(listener: cx.CxListener): void {
    this.#listener = listener;
  }

  async userAuthorization(request: cx.UserAuthorizationRequest): Promise<cx.UserAuthorizationAnswer> {
    return await this.#ask("User-Authorization", write.userAuthorization(request), read.userAuthorization);
  }

  async multimediaAuth(request: cx.MultimediaAuthRequest): Promise<cx.MultimediaAuthAnswer> {
    return await this.#ask("Multimedia-Auth", write.multimediaAuth(request), read.multimediaAuth);
  }

  async serverAssignment(request: cx.ServerAssignmentRequest): Promise<cx.ServerAssignmentAnswer> {
    return await this.#ask("Server-Assignment", write.serverAssignment(request), read.serverAssignment);
  }

  async locationInfo(request: { readonly impu: string }): Promise<cx.LocationInfoAnswer> {
    return await this.#ask("Location-Info", write.locationInfo(request), read.locationInfo);
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  /** No answer, and one that cannot be read, are the HSS's inability to comply. */
  async #ask<Answer>(
    command: CommandName,
    avps: readonly Avp[],
    read: (answer: DiameterMessage) => Answer,
  ): Promise<Answer | cx.CxRefusal> {
    try {
      return read(await this.#client.ask(command, avps));
    } catch (error) {
      if (!(error instanceof EnvironmentError || error instanceof WireSyntaxError)) throw error;
      return { result: "unable-to-comply" };
    }
  }

  /** RTR and PPR. */
  #obey({ command, avps }: DiameterMessage): number {
    const impi = valueOf(avps, "User-Name");
    if (impi === undefined) return RESULT.DIAMETER_MISSING_AVP;
    switch (command) {
      case COMMAND["Registration-Termination"]:
        this.#listener?.terminateRegistration({ impi });
        return RESULT.DIAMETER_SUCCESS;
      case COMMAND["Push-Profile"]: {
        const vector = read.authenticationData(valueOf(avps, "SIP-Auth-Data-Item") ?? []);
        const taken = vector?.scheme !== "digest" || this.#listener?.pushDigest({ impi, vector }) !== false;
        return taken ? RESULT.DIAMETER_SUCCESS : RESULT.DIAMETER_UNABLE_TO_COMPLY;
      }
      default:
        return RESULT.DIAMETER_COMMAND_UNSUPPORTED;
    }
  }
}
