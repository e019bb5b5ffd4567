/** Files as the rows of a tree: folders first, each with how much lies in it. */

import { folded } from '../../../ui/folding'
import type { RunFile } from '../../../data/run'

export interface FileRow {
  path: string
  name: string
  depth: number
  isFolder: boolean
  isOpen: boolean
  size: number
  /** Files below a folder. */
  count: number
  file: RunFile | null
}

interface Folder {
  folders: Map<string, Folder>
  files: RunFile[]
  size: number
  count: number
}

const empty = (): Folder => ({ folders: new Map(), files: [], size: 0, count: 0 })

export function fileRows(files: readonly RunFile[], closed: ReadonlySet<string>, words: string): FileRow[] {
  const needle = folded(words.trim())
  const root = empty()
  for (const file of files) {
    if (needle && !folded(file.path).includes(needle)) continue
    let folder = root
    for (const name of file.path.split('/').slice(0, -1)) {
      let next = folder.folders.get(name)
      if (!next) folder.folders.set(name, (next = empty()))
      next.size += file.size
      next.count++
      folder = next
    }
    folder.files.push(file)
  }
  const rows: FileRow[] = []
  const walk = (folder: Folder, path: string, depth: number): void => {
    for (const [name, inner] of [...folder.folders].toSorted(([a], [b]) => compare(a, b))) {
      const here = path ? `${path}/${name}` : name
      const isOpen = needle !== '' || !closed.has(here)
      rows.push({ path: here, name, depth, isFolder: true, isOpen, size: inner.size, count: inner.count, file: null })
      if (isOpen) walk(inner, here, depth + 1)
    }
    for (const file of folder.files.toSorted((a, b) => compare(a.path, b.path))) {
      const name = file.path.slice(file.path.lastIndexOf('/') + 1)
      rows.push({ path: file.path, name, depth, isFolder: false, isOpen: false, size: file.size, count: 1, file })
    }
  }
  walk(root, '', 0)
  return rows
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })
const compare = (a: string, b: string): number => collator.compare(a, b)
