/** A folder on a disk of so many bytes: a tmpfs where mounting is allowed, else a limit on the size of each file. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

export interface SmallDisk {
  readonly folder: string;
  readonly kind: string;
  /** A command that meets the limit. */
  limited(command: readonly string[]): readonly string[];
  resize(bytes: number): void;
  unmount(): void;
}

export function smallDisk(folder: string, bytes: number): SmallDisk {
  mkdirSync(folder, { recursive: true });
  const mount = (options: string) =>
    spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]).status === 0;
  return mount(`size=${bytes}`) ? mounted(folder) : limited(folder, bytes);
}

function mounted(folder: string): SmallDisk {
  return {
    folder,
    kind: 'a tmpfs',
    limited: (command) => command,
    resize: (bytes) => {
      spawnSync('mount', ['-o', `remount,size=${bytes}`, folder]);
    },
    unmount: () => {
      spawnSync('umount', [folder]);
    },
  };
}

/** RLIMIT_FSIZE, in blocks of 512 bytes as POSIX has it: a write beyond it says EFBIG. */
function limited(folder: string, bytes: number): SmallDisk {
  let blocks = bytes / 512;
  return {
    folder,
    kind: 'ulimit -f',
    limited: (command) => ['sh', '-c', `ulimit -f ${Math.ceil(blocks)}; exec "$@"`, 'sh', ...command],
    resize: (size) => {
      blocks = size / 512;
    },
    unmount: () => {},
  };
}
