/** A unified diff as files, hunks and lines. What `git diff` writes, and what it writes for files without text. */

export interface PatchLine {
  kind: 'same' | 'added' | 'removed'
  text: string
  /** Line numbers on both sides; 0 where the line is not there. */
  left: number
  right: number
}

export interface Hunk {
  head: string
  lines: PatchLine[]
}

export interface PatchFile {
  /** The name after the change; the one before it for a deleted file. */
  path: string
  from: string
  status: 'changed' | 'added' | 'deleted' | 'renamed'
  isBinary: boolean
  hunks: Hunk[]
  added: number
  removed: number
}

const HUNK = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@(.*)$/

export function parsePatch(text: string): PatchFile[] {
  const files: PatchFile[] = []
  let file: PatchFile | null = null
  let hunk: Hunk | null = null
  let left = 0
  let right = 0
  for (const line of text.split('\n')) {
    if (line.startsWith('diff --git ')) {
      const names = /^diff --git "?a\/(.+?)"? "?b\/(.+?)"?$/.exec(line)
      file = {
        path: names?.[2] ?? line.slice(11),
        from: names?.[1] ?? '',
        status: 'changed',
        isBinary: false,
        hunks: [],
        added: 0,
        removed: 0,
      }
      files.push(file)
      hunk = null
      continue
    }
    if (!file) continue
    const start = HUNK.exec(line)
    if (start) {
      left = Number(start[1])
      right = Number(start[2])
      hunk = { head: line, lines: [] }
      file.hunks.push(hunk)
    } else if (hunk === null) {
      if (line.startsWith('new file')) file.status = 'added'
      else if (line.startsWith('deleted file')) file.status = 'deleted'
      else if (line.startsWith('rename from ')) {
        file.status = 'renamed'
        file.from = line.slice(12)
      } else if (line.startsWith('Binary files') || line.startsWith('GIT binary patch')) file.isBinary = true
    } else if (line.startsWith('+')) {
      hunk.lines.push({ kind: 'added', text: line.slice(1), left: 0, right: right++ })
      file.added++
    } else if (line.startsWith('-')) {
      hunk.lines.push({ kind: 'removed', text: line.slice(1), left: left++, right: 0 })
      file.removed++
    } else if (line.startsWith(' ')) {
      hunk.lines.push({ kind: 'same', text: line.slice(1), left: left++, right: right++ })
    }
  }
  return files
}

export function patchStats(files: readonly PatchFile[]): { files: number; added: number; removed: number } {
  return {
    files: files.length,
    added: files.reduce((sum, file) => sum + file.added, 0),
    removed: files.reduce((sum, file) => sum + file.removed, 0),
  }
}

export interface PairedLine {
  left: PatchLine | null
  right: PatchLine | null
}

/** A hunk's lines side by side: what was removed stands beside what was put in its place. */
export function paired(lines: readonly PatchLine[]): PairedLine[] {
  const pairs: PairedLine[] = []
  let removed: PatchLine[] = []
  let added: PatchLine[] = []
  const flush = () => {
    for (let i = 0; i < Math.max(removed.length, added.length); i++)
      pairs.push({ left: removed[i] ?? null, right: added[i] ?? null })
    removed = []
    added = []
  }
  for (const line of lines) {
    if (line.kind === 'removed') {
      if (added.length > 0) flush()
      removed.push(line)
    } else if (line.kind === 'added') added.push(line)
    else {
      flush()
      pairs.push({ left: line, right: line })
    }
  }
  flush()
  return pairs
}
