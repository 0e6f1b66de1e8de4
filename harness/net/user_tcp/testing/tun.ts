/** A TUN device in a network namespace of this process's own: the kernel's TCP on one side, ours on the other. */

const IFF_TUN = 0x0001;
const IFF_NO_PI = 0x1000;
const TUNSETIFF = 0x400454can;
const O_RDWR = 2;

export const KERNEL = "10.99.0.1";
export const OURS = "10.99.0.2";

export interface Tun {
  /** The next IP packet from the kernel. */
  read(): Promise<Uint8Array>;
  write(packet: Uint8Array): void;
}

/** Needs root (CAP_NET_ADMIN) and the program `ip`; never to be called outside a namespace of one's own. */
export async function openTun(): Promise<Tun> {
  const { symbols } = Deno.dlopen("libc.so.6", {
    open: { parameters: ["buffer", "i32"], result: "i32" },
    ioctl: { parameters: ["i32", "u64", "buffer"], result: "i32" },
    read: { parameters: ["i32", "buffer", "usize"], result: "isize", nonblocking: true },
    write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  });
  const fd = symbols.open(new TextEncoder().encode("/dev/net/tun\0"), O_RDWR);
  const request = new Uint8Array(40);
  request.set(new TextEncoder().encode("imspeer0"));
  new DataView(request.buffer).setUint16(16, IFF_TUN | IFF_NO_PI, true);
  if (fd < 0 || symbols.ioctl(fd, TUNSETIFF, request) < 0) throw new Error("there is no TUN device");
  await ip("address", "add", `${KERNEL}/24`, "dev", "imspeer0");
  await ip("link", "set", "imspeer0", "mtu", "1400", "up");
  const buffer = new Uint8Array(2048);
  return {
    async read() {
      const length = Number(await symbols.read(fd, buffer, BigInt(buffer.length)));
      return buffer.slice(0, Math.max(0, length));
    },
    write: (packet) => void symbols.write(fd, new Uint8Array(packet), BigInt(packet.length)),
  };
}

async function ip(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("ip", { args, stderr: "piped" }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}
