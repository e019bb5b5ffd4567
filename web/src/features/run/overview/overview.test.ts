import { describe, expect, it } from 'vitest'
import { toYaml } from '../yaml'
import { fileRows } from '../files/tree'
import { commandOf, commitUrl, gitOf, packageChanges, reproduceCommands } from './environment'
import { countChanged, shownValue, treeRows } from './tree'
import { formatSize } from '../../../ui/format'

const OPEN = { words: '', onlyChanged: false, closed: new Set<string>() }
const CONFIG = { lr: 0.001, aug: { strength: 0.6, elastic: true }, empty: {} }
const BASE = { lr: 0.002, aug: { strength: 0.6 }, gone: 1 }

describe('the config tree', () => {
  it('marks what differs, what is new and what is gone', () => {
    const rows = treeRows(CONFIG, BASE, OPEN)
    expect(rows.filter(row => row.isChanged).map(row => [row.path, row.was])).toEqual([
      ['lr', 0.002],
      ['aug.elastic', undefined],
      ['empty', undefined],
      ['gone', 1],
    ])
    expect(countChanged(CONFIG, BASE)).toEqual([5, 4])
  })

  it('says at a closed branch how much of it differs', () => {
    const rows = treeRows(CONFIG, BASE, { ...OPEN, closed: new Set(['aug']) })
    expect(rows.find(row => row.path === 'aug')).toMatchObject({ leaves: 2, changed: 1 })
    expect(rows.some(row => row.path === 'aug.strength')).toBe(false)
  })

  it('finds keys and values, also in closed branches', () => {
    const found = (words: string) =>
      treeRows(CONFIG, null, { ...OPEN, words, closed: new Set(['aug']) })
        .filter(row => !row.isBranch)
        .map(row => row.path)
    expect(found('STRENG')).toEqual(['aug.strength'])
    expect(found('true')).toEqual(['aug.elastic'])
    expect(found('nothing')).toEqual([])
  })

  it('shows only what differs on request', () => {
    expect(treeRows(CONFIG, BASE, { ...OPEN, onlyChanged: true }).map(row => row.path)).toEqual([
      'lr',
      'aug',
      'aug.elastic',
      'empty',
      'gone',
    ])
  })

  it('shows every kind of value', () => {
    expect([null, true, 'x', 1e-5, [1, 2], undefined].map(shownValue)).toEqual([
      'null',
      'true',
      'x',
      '1e-5',
      '[1,2]',
      '–',
    ])
  })
})

describe('YAML', () => {
  it('quotes what would be read as something else', () => {
    expect(
      toYaml({ a: 'yes', b: '1', c: 'plain text', d: null, e: [1, { x: 2 }], f: {}, 'g h': Number.NaN, i: 'a: b' }),
    ).toBe('a: "yes"\nb: "1"\nc: plain text\nd: null\ne:\n  - 1\n  - x: 2\nf: {}\ng h: .nan\ni: "a: b"\n')
  })
})

describe('the environment', () => {
  it('finds the commit at its host', () => {
    expect(commitUrl('git@github.com:a/b.git', 'abc')).toBe('https://github.com/a/b/commit/abc')
    expect(commitUrl('https://git.example.org/a/b', 'abc')).toBe('https://git.example.org/a/b/commit/abc')
    expect(commitUrl('/srv/repo', 'abc')).toBe('')
  })

  it('writes a command that a shell reads as it was', () => {
    expect(commandOf({ command: ['python', 'train.py', '--name', "it's here"] })).toBe(
      `python train.py --name 'it'\\''s here'`,
    )
    expect(commandOf({})).toBe('')
  })

  it('says which packages differ', () => {
    expect(packageChanges({ a: '1', b: '2' }, { a: '1', b: '3', c: '4' })).toEqual([
      { name: 'b', now: '2', was: '3' },
      { name: 'c', now: '', was: '4' },
    ])
  })

  it('tells how to run it again', () => {
    const facts = {
      git: { commit: 'abc', remote: 'https://h/r', root: 'r', is_dirty: true },
      command: ['python', 'a.py'],
    }
    expect(gitOf(facts)).toMatchObject({ commit: 'abc', isDirty: true })
    expect(reproduceCommands(facts, { url: '', id: 'r1', hasPatch: true, lock: 'uv.lock' })).toBe(
      'git clone https://h/r && cd r\ngit checkout abc\n# diff.patch is among the files of the run\ngit apply diff.patch\nuv sync --frozen\npython a.py\n',
    )
  })
})

describe('the file tree', () => {
  const file = (path: string, size: number) => ({ path, size, digest: '', updated_at: 0, url: '' })
  const files = [file('b.txt', 1), file('code/x.py', 10), file('code/deep/y.py', 20), file('a10', 1), file('a2', 1)]

  it('puts folders first and sums what lies in them', () => {
    expect(fileRows(files, new Set(), '').map(row => [row.path, row.size])).toEqual([
      ['code', 30],
      ['code/deep', 20],
      ['code/deep/y.py', 20],
      ['code/x.py', 10],
      ['a2', 1],
      ['a10', 1],
      ['b.txt', 1],
    ])
  })

  it('opens what is found', () => {
    expect(fileRows(files, new Set(['code']), 'y.p').map(row => row.path)).toEqual([
      'code',
      'code/deep',
      'code/deep/y.py',
    ])
  })

  it('says sizes in three digits', () => {
    expect([340, 1234, 5_600_000, 1e9].map(formatSize)).toEqual(['340 B', '1.23 kB', '5.6 MB', '1 GB'])
  })
})
