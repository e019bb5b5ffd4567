/** What the environment says, as the card shows it. Pure; the facts are those of `assay.sdk.environment` and `assay.sdk.git`. */

export type Facts = Record<string, unknown>

const at = (facts: Facts, ...path: string[]): unknown =>
  path.reduce<unknown>(
    (node, name) => (typeof node === 'object' && node !== null ? (node as Facts)[name] : undefined),
    facts,
  )

export const textAt = (facts: Facts, ...path: string[]): string => {
  const value = at(facts, ...path)
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}

export interface GitFacts {
  commit: string
  branch: string
  remote: string
  subject: string
  isDirty: boolean
  patchBytes: number
  untracked: number
}

export function gitOf(facts: Facts): GitFacts | null {
  const commit = textAt(facts, 'git', 'commit')
  if (!commit && !textAt(facts, 'git', 'root')) return null
  const untracked = at(facts, 'git', 'untracked')
  return {
    commit,
    branch: textAt(facts, 'git', 'branch'),
    remote: textAt(facts, 'git', 'remote'),
    subject: textAt(facts, 'git', 'subject'),
    isDirty: at(facts, 'git', 'is_dirty') === true,
    patchBytes: Number(at(facts, 'git', 'patch_bytes') ?? 0),
    untracked: Number(at(facts, 'git', 'untracked_count') ?? (Array.isArray(untracked) ? untracked.length : 0)),
  }
}

/** Where the commit is shown by its host; empty where it cannot be told. */
export function commitUrl(remote: string, commit: string): string {
  const found = /^(?:https?:\/\/|git@|ssh:\/\/git@)([\w.-]+)[/:](.+?)(?:\.git)?\/?$/.exec(remote)
  return found && commit ? `https://${found[1]}/${found[2]}/commit/${commit}` : ''
}

/** The command as one shell line. */
export function commandOf(facts: Facts): string {
  const command = at(facts, 'command')
  if (!Array.isArray(command)) return ''
  return command.map(part => shellWord(String(part))).join(' ')
}

const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

export function packagesOf(facts: Facts): Record<string, string> {
  const packages = at(facts, 'packages')
  return typeof packages === 'object' && packages !== null ? (packages as Record<string, string>) : {}
}

/** Packages whose version is another one, or that one side lacks. */
export function packageChanges(
  own: Record<string, string>,
  other: Record<string, string>,
): { name: string; now: string; was: string }[] {
  const names = [...new Set([...Object.keys(own), ...Object.keys(other)])].toSorted((a, b) => a.localeCompare(b))
  return names
    .filter(name => own[name] !== other[name])
    .map(name => ({ name, now: own[name] ?? '', was: other[name] ?? '' }))
}

/** `4 × A100, 80 GB`. */
export function gpuWords(facts: Facts): { name: string; note: string } | null {
  const devices = at(facts, 'gpu', 'devices')
  if (!Array.isArray(devices) || devices.length === 0) return null
  const first = devices[0] as { name?: string; memory_bytes?: number }
  const name = (first.name ?? 'GPU').replace(/^NVIDIA /, '')
  // Most cards are named after their memory, in gigabytes of their own.
  const memory = first.memory_bytes && !/\dGB/.test(name) ? `${Math.round(first.memory_bytes / 1e9)} GB` : ''
  const cuda = textAt(facts, 'gpu', 'cuda')
  return {
    name: devices.length > 1 ? `${devices.length} × ${name}` : name,
    note: [memory, cuda && `CUDA ${cuda}`].filter(Boolean).join(', '),
  }
}

/** Commands that bring back the code and the packages and start the run again. */
export function reproduceCommands(
  facts: Facts,
  api: { url: string; id: string; hasPatch: boolean; lock: string },
): string {
  const git = gitOf(facts)
  const lines: string[] = []
  if (git?.commit) {
    if (git.remote) lines.push(`git clone ${git.remote} && cd ${textAt(facts, 'git', 'root') || 'repository'}`)
    lines.push(`git checkout ${git.commit}`)
    if (api.hasPatch) {
      lines.push('# diff.patch is among the files of the run')
      lines.push('git apply diff.patch')
    }
  }
  if (api.lock === 'uv.lock') lines.push('uv sync --frozen')
  else if (api.lock === 'conda') lines.push('conda create --name run --file conda-explicit.txt')
  const command = commandOf(facts)
  if (command) lines.push(command)
  return `${lines.join('\n')}\n`
}

export function lockOf(facts: Facts): { name: string; path: string } | null {
  const locks = at(facts, 'locks')
  if (typeof locks !== 'object' || locks === null) return null
  const [first] = Object.entries(locks as Record<string, { path?: string }>)
  return first ? { name: first[0], path: first[1].path ?? '' } : null
}
