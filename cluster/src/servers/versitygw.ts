import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { output, type Providing, provide } from './providing.js';
import { plainEnvironment } from './server-process.js';

const VERSION = 'v1.8.0';
const MODULE = `github.com/versity/versitygw/cmd/versitygw@${VERSION}`;

/** Whether versitygw can be built here. */
export async function hasGo(environment: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  return output(['go', 'version'], { environment }).then(
    () => true,
    () => false,
  );
}

/**
 * The command of versitygw, which serves a folder as S3; the file system has to have extended attributes. Go builds it once per user, and checks
 * the sources against its checksum database.
 * @throws {ClusterError} where it cannot be built
 */
export async function versitygwCommand(
  { folder, port, accessKey, secretKey }: { folder: string; port: number; accessKey: string; secretKey: string },
  how: Providing,
): Promise<{ command: string; args: readonly string[]; environment: NodeJS.ProcessEnv }> {
  const { say = () => {}, signal, environment = process.env } = how;
  const built = await provide(
    {
      name: 'versitygw',
      place: ['versitygw', `${VERSION}-${process.platform}-${process.arch}`],
      make: async (aside) => {
        say(`building versitygw ${VERSION}, a small S3 server (two minutes, once per user)`);
        const options = { GOBIN: aside, GOFLAGS: '-mod=mod -trimpath', GOTOOLCHAIN: 'local', CGO_ENABLED: '0' };
        await output(['go', 'install', '-ldflags=-s -w', MODULE], {
          signal,
          environment: { ...environment, ...options },
        });
      },
    },
    how,
  );
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return {
    command: join(built, process.platform === 'win32' ? 'versitygw.exe' : 'versitygw'),
    args: ['--port', `127.0.0.1:${port}`, '--quiet', '--keep-alive', 'posix', folder],
    // Arguments are in the list of processes, for everybody to read.
    environment: { ...plainEnvironment(environment), ROOT_ACCESS_KEY: accessKey, ROOT_SECRET_KEY: secretKey },
  };
}
