/** How `Flow.security` names an SA. */

/** "spi:0x1234abcd" */
export function securityOf(spi: number): string {
  return `spi:0x${spi.toString(16).padStart(8, "0")}`;
}

/** The SPI in such a name; undefined for any other text. */
export function spiOf(security: string | undefined): number | undefined {
  const digits = security?.match(/^spi:0x([0-9a-f]{8})$/)?.[1];
  return digits === undefined ? undefined : parseInt(digits, 16);
}
