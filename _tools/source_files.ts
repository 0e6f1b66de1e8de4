/** The TypeScript files of the checkout, by path from its root; output and dependencies left out. */
export function sourceFiles(root: string): AsyncGenerator<string> {
  return files(root, "", /\.tsx?$/);
}

/** The pages of the checkout, by path from its root. */
export function markdownFiles(root: string): AsyncGenerator<string> {
  return files(root, "", /\.md$/);
}

async function* files(root: string, under: string, name: RegExp): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(`${root}/${under}`)) {
    const path = under === "" ? entry.name : `${under}/${entry.name}`;
    if (entry.isDirectory) {
      if (!/^(\.|node_modules$|out$)/.test(entry.name)) yield* files(root, path, name);
    } else if (name.test(entry.name)) {
      yield path;
    }
  }
}
