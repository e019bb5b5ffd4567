/** The code files of runs: which there are, their texts, a notebook as its cells, and a file as its commit has it. */

import { applyPatch, parsePatch, reversePatch } from 'diff'
import { api, ApiError, pathOf } from '../../data/client'
import type { ProjectApi } from '../../data/project'

/** `assay.wire.messages.runs.RunFile`. */
export interface RunFile {
  path: string
  size: number
  digest: string
  url: string
}

export const FOLDER = 'code/'
export const PATCH = 'diff.patch'
/** What no run's side is called: the file as the commit has it. */
export const COMMIT = 'commit'
const PAGE = 1000
const TEXT_BYTES = 4 * 1024 * 1024

export async function codeFiles(project: ProjectApi, run: string, signal: AbortSignal): Promise<RunFile[]> {
  const found: RunFile[] = []
  let cursor = ''
  do {
    const page = await api.get<{ files: RunFile[]; next?: string }>(`${project.path}/runs/${pathOf(run)}/files`, {
      query: { cursor, limit: PAGE },
      signal,
    })
    found.push(...page.files.filter(({ path }) => path.startsWith(FOLDER) || path === PATCH))
    cursor = page.next ?? ''
  } while (cursor)
  return found
}

export async function textOf(file: RunFile, signal: AbortSignal): Promise<string> {
  if (file.size > TEXT_BYTES) {
    throw new ApiError({
      code: 'too_large',
      title: `${file.path} is too long to compare`,
      detail: `It has ${file.size} bytes; up to ${TEXT_BYTES} are compared. Download it from the run's files instead.`,
    })
  }
  const text = await api.fileText(file.url, file.path, { signal })
  return file.path.endsWith('.ipynb') ? cellsOf(text) : text
}

interface Cell {
  cell_type?: string
  source?: string | string[]
}

/** A notebook's cells one after the other, without what they printed. Not a notebook: as it is. */
export function cellsOf(text: string): string {
  try {
    const { cells } = JSON.parse(text) as { cells?: Cell[] }
    if (!Array.isArray(cells)) return text
    return cells
      .map(({ cell_type: type = 'code', source = '' }, i) => {
        const lines = Array.isArray(source) ? source.join('') : source
        return `# %% [${type}] ${i + 1}\n${lines}\n`
      })
      .join('\n')
  } catch {
    return text
  }
}

/** Files that a patch touches, as the repository names them. */
export function patchedPaths(patch: string): string[] {
  return parsePatch(patch).flatMap(({ newFileName, oldFileName }) => {
    const name = newFileName && newFileName !== '/dev/null' ? newFileName : oldFileName
    return name ? [name.replace(/^[ab]\//, '')] : []
  })
}

/** `text` before the run's patch: the file as its commit has it. Null: the patch does not fit or does not touch it. */
export function atCommit(text: string, path: string, patch: string): string | null {
  const inCode = path.startsWith(FOLDER) ? path.slice(FOLDER.length) : path
  for (const part of parsePatch(patch)) {
    const names = [part.newFileName, part.oldFileName].map(name => name?.replace(/^[ab]\//, '') ?? '')
    // Code is kept below its root, which may lie within the repository.
    if (!names.some(name => name === inCode || name.endsWith(`/${inCode}`))) continue
    if (part.oldFileName === '/dev/null') return ''
    const before = applyPatch(text, reversePatch(part))
    return before === false ? null : before
  }
  return null
}

export type Change = 'same' | 'changed' | 'added' | 'removed'

export interface ComparedFile {
  path: string
  change: Change
  left: RunFile | null
  right: RunFile | null
}

/** Every path of either side; equal digests are equal texts. */
export function comparedFiles(left: readonly RunFile[], right: readonly RunFile[]): ComparedFile[] {
  const lefts = new Map(left.map(file => [file.path, file]))
  const rights = new Map(right.map(file => [file.path, file]))
  const paths = [...new Set([...lefts.keys(), ...rights.keys()])].toSorted((a, b) => a.localeCompare(b))
  return paths.map(path => {
    const [one, other] = [lefts.get(path) ?? null, rights.get(path) ?? null]
    const change: Change = !one ? 'added' : !other ? 'removed' : one.digest === other.digest ? 'same' : 'changed'
    return { path, change, left: one, right: other }
  })
}

/** One run's files against its commit: those that its patch touches have changed. */
export function againstCommit(files: readonly RunFile[], patch: string): ComparedFile[] {
  const touched = patchedPaths(patch)
  return files
    .filter(({ path }) => path.startsWith(FOLDER))
    .map(file => {
      const name = file.path.slice(FOLDER.length)
      const isTouched = touched.some(path => path === name || path.endsWith(`/${name}`))
      return { path: file.path, change: isTouched ? 'changed' : 'same', left: file, right: file }
    })
}
