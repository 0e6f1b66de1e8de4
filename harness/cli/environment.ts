/** Where a run took place, for its report: enough to repeat it, nothing about the person. */
export function environment(): Record<string, string> {
  const { deno, v8 } = Deno.version;
  return {
    deno,
    v8,
    os: `${Deno.build.os} ${Deno.build.arch}`,
    ...kernel(),
  };
}

function kernel(): Record<string, string> {
  try {
    return { kernel: Deno.osRelease() };
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return {}; // --allow-sys=osRelease was not given
    throw error;
  }
}
