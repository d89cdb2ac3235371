import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const native = fileURLToPath(new URL('../native/', import.meta.url));

interface Machine {
  readonly flags: readonly string[];
  readonly variants: Readonly<Record<string, readonly string[]>>;
}
const machines = JSON.parse(readFileSync(join(native, 'variants.json'), 'utf8')) as Record<string, Machine> & {
  flags: readonly string[];
};
const { flags, variants } = machines[process.arch] ?? machines.other!;

/** A compiler that knows the sanitizers; undefined where there is none. */
async function findCompiler(sanitizers: string): Promise<string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'etude-compiler-'));
  for (const compiler of [process.env.CXX, 'c++', 'g++', 'clang++']) {
    if (!compiler) continue;
    const probe = join(folder, 'probe');
    const build = run('sh', [
      ...['-c', 'echo "int main() {}" | "$0" "$1" -x c++ - -o "$2" && "$2"'],
      ...[compiler, `-fsanitize=${sanitizers}`, probe],
    ]);
    if (
      await build.then(
        () => true,
        () => false,
      )
    )
      return compiler;
  }
  return undefined;
}

describe.each(['address,undefined', 'thread'])('the C++ kernels under the sanitizers %s', async (sanitizers) => {
  const compiler = await findCompiler(sanitizers);

  it.skipIf(compiler === undefined)(
    'compute what plain loops do',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'etude-kernels-'));
      const all = ['-O1', '-g', `-fsanitize=${sanitizers}`, '-fno-sanitize-recover=all', ...machines.flags, ...flags];
      const objects = Object.entries(variants).map(async ([variant, itsFlags]) => {
        const object = join(folder, `${variant}.o`);
        const source = ['-c', join(native, 'kernels.cc'), '-o', object];
        await run(compiler!, [...all, ...itsFlags, `-DKERNELS=${variant}Kernels`, ...source]);
        return object;
      });
      const program = join(folder, 'kernels_test');
      await run(compiler!, [
        ...all,
        join(native, 'kernels_test.cc'),
        ...(await Promise.all(objects)),
        '-pthread',
        '-o',
        program,
      ]);
      const { stdout, stderr } = await run(program);
      expect(
        stdout
          .trim()
          .split('\n')
          .every((line) => /^\w+Kernels: tested$/.test(line)),
      ).toBe(true);
      expect(stdout).toContain('plainKernels: tested');
      expect(stderr).toBe('');
    },
    600_000,
  );
});
