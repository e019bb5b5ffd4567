import { describe, expect, it } from 'vitest'
import type { ArtifactVersion, Lineage, LineageNode } from '../../data/artifacts'
import { bend, isRunNode, layout, mainPath, placedMarks, reach, way } from './graph/layout'
import {
  changeText,
  isTablePath,
  marksOf,
  metadataRows,
  parseVersionView,
  placesText,
  sizeText,
  snippetOf,
  spanText,
} from './model'
import { treemap } from './treemap'

const VERSION: ArtifactVersion = {
  path: 'lab/seg/tiles:v2',
  entity: 'lab',
  project: 'seg',
  name: 'tiles',
  type: 'dataset',
  version: 'v2',
  number: 2,
  digest: `sha256:${'ab'.repeat(32)}`,
  size: 1000,
  new_size: 30,
  file_count: 3,
  created_at: 1,
}

describe('marks on a card', () => {
  it('are whole, as many as there is room for, and never none', () => {
    expect(placedMarks(['production', 'wide'], 116).map(({ alias }) => alias)).toEqual(['production'])
    expect(placedMarks(['best', 'wide'], 116).map(({ alias, at }) => [alias, at > 0])).toEqual([
      ['best', false],
      ['wide', true],
    ])
    expect(placedMarks(['a-name-that-is-longer-than-the-card'], 116)).toMatchObject([{ at: 0, wide: 116 }])
  })
})

describe('words', () => {
  it('say sizes in thousands with three digits', () => {
    expect([0, 999, 1000, 1536, 214e9, 1.31e12, -1].map(sizeText)).toEqual([
      '0 B', '999 B', '1 kB', '1.54 kB', '214 GB', '1.31 TB', '–',
    ]) // oxfmt-ignore
  })
  it('say what lies where', () => {
    const places = [
      { bucket: '', stored: 1000 },
      { bucket: 's3://ours/assay', stored: 2e9 },
    ]
    expect(placesText(places)).toBe('1 kB in the server’s own place, 2 GB in s3://ours/assay')
  })
  it('put marks that serve first and latest last', () => {
    expect(marksOf({ aliases: ['latest', '2024', 'best', 'staging', 'production'] })).toEqual([
      'production', 'staging', 'best', '2024', 'latest',
    ]) // oxfmt-ignore
  })
  it('say what a version brought', () => {
    expect(changeText(VERSION)).toBe('30 B new, 97 % shared')
    expect(changeText({ ...VERSION, state: 'expired' })).toBe('Bytes expired')
  })
  it('name spans by their years, the end not included', () => {
    const year = (y: number): number => Date.UTC(y, 0, 1) / 1000
    expect([
      spanText({ start: year(2024), end: year(2025) }),
      spanText({ start: year(2024), end: year(2027) }),
    ]).toEqual(['2024', '2024..2026'])
  })
  it('flatten metadata, keeping empty parts', () => {
    expect(metadataRows({ a: 1, b: { c: [1], d: {} } })).toEqual([
      { key: 'a', value: 1 },
      { key: 'b.c', value: [1] },
      { key: 'b.d', value: {} },
    ])
  })
  it('know a table by its name', () => {
    expect(['a/b.CSV', 'a.tsv', 'x.parquet', 'x.jsonl', 'x.ndjson', 'x.json', 'csv'].map(isTablePath)).toEqual([
      true, true, true, true, true, false, false,
    ]) // oxfmt-ignore
  })
  it('pin snippets to the content', () => {
    for (const language of ['python', 'cli'] as const)
      expect(snippetOf(VERSION, language, '')).toContain(VERSION.digest)
    expect(snippetOf(VERSION, 'curl', 'http://x/y')).toContain('http://x/y')
  })
})

it('an address with nonsense is an untouched page', () => {
  expect(parseVersionView({ tab: 'nope', depth: -1, mark: 'good', list: 'yes' })).toEqual({})
  expect(parseVersionView({ tab: 'files', folder: 'a/b', depth: 3, direct: true })).toEqual({
    tab: 'files',
    folder: 'a/b',
    depth: 3,
    direct: true,
  })
})

const node = (id: string, fields: Partial<LineageNode> = {}): LineageNode => ({
  id,
  kind: id.startsWith('r') ? 'run' : 'version',
  label: id,
  project: 'lab/seg',
  level: 0,
  at: 0,
  ...(id.startsWith('r') ? { run_id: id } : { type: 'dataset', name: id, version: 'v0' }),
  ...fields,
})

const graph = (root: string, edges: [string, string][], more: Record<string, Partial<LineageNode>> = {}): Lineage => {
  const ids = [...new Set(edges.flat())]
  return {
    root,
    nodes: ids.map(id => node(id, more[id])),
    edges: edges.map(([source, target]) => ({ source, target, role: '' })),
    total: ids.length,
  }
}

describe('lineage', () => {
  const chain = graph(
    'tiles',
    [
      ['raw', 'r1'], ['r1', 'tiles'], ['tiles', 'r2'], ['tiles', 'r3'], ['r2', 'm1'], ['r3', 'm2'], ['test', 'r4'], ['m2', 'r4'],
    ],
    { m2: { aliases: ['production'], at: 9 }, raw: { at: 1 } },
  ) // oxfmt-ignore
  it('knows what leads to a node and what follows', () => {
    expect([...reach(chain, 'tiles', -1)].toSorted()).toEqual(['r1', 'raw', 'tiles'])
    expect([...reach(chain, 'tiles', 1)].toSorted()).toEqual(['m1', 'm2', 'r2', 'r3', 'r4', 'tiles'])
    expect(way(chain, 'raw', 'm2')).toEqual(['raw', 'r1', 'tiles', 'r3', 'm2'])
    expect(way(chain, 'm2', 'raw')).toEqual([])
  })
  it('puts the way to production in one straight row', () => {
    const { path } = mainPath(chain)
    expect(path).toEqual(['raw', 'r1', 'tiles', 'r3', 'm2'])
    const made = layout(chain)
    const middles = path.map(id => {
      const at = made.byId.get(id)
      return at ? Math.round(at.y + at.height / 2) : -1
    })
    expect(new Set(middles.map(y => Math.abs(y - (middles[0] as number)) <= 1)).size).toBe(1)
  })
  it('draws edges from left to right, and an input right before what takes it in', () => {
    const made = layout(chain)
    for (const { source, target } of made.edges)
      expect((made.byId.get(source)?.column ?? 0) < (made.byId.get(target)?.column ?? 0)).toBe(true)
    expect(made.byId.get('test')?.column).toBe((made.byId.get('r4')?.column ?? 0) - 1)
  })
  it('lays no node over another, whatever the graph', () => {
    let seed = 7
    const random = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647
    for (let round = 0; round < 30; round++) {
      const count = 4 + Math.floor(random() * 60)
      const edges: [string, string][] = []
      for (let i = 1; i < count; i++)
        edges.push([`${i % 2 ? 'v' : 'r'}${Math.floor(random() * i)}`, `${i % 3 ? 'v' : 'r'}${i}`])
      for (const isVertical of [false, true]) {
        const { nodes } = layout(graph(edges[0]?.[0] ?? 'v0', edges), { isVertical })
        const overlap = nodes.find((a, i) =>
          nodes.some(
            (b, k) =>
              k > i && a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height,
          ),
        )
        expect(overlap?.node.id, `round ${round}`).toBeUndefined()
      }
    }
  })
  it('is laid out in a moment at its limit, and survives a circle', () => {
    const edges = Array.from({ length: 299 }, (_, i): [string, string] => [`v${Math.floor(i / 3)}`, `v${i + 1}`])
    expect(layout(graph('v0', edges)).nodes).toHaveLength(300)
    expect(layout(graph('a', [['a', 'b'], ['b', 'a']])).nodes).toHaveLength(2) // oxfmt-ignore
  })
  it('tells runs from versions, also in groups', () => {
    expect([
      isRunNode(node('r1')),
      isRunNode(node('v')),
      isRunNode({ ...node('x'), kind: 'group', type: '', name: '' }),
    ]).toEqual([true, false, true])
  })
  it('rounds corners no further than half an edge', () => {
    expect(bend([[0, 0], [10, 0], [10, 4]])).toBe('M0 0L8 0Q10 0 10 2L10 4') // oxfmt-ignore
  })
})

describe('tree-maps', () => {
  it('give each its share of the area, none over another', () => {
    const tiles = treemap([6, 6, 4, 3, 2, 2, 1, 0], size => size, 600, 400)
    expect(tiles).toHaveLength(7)
    for (const tile of tiles) expect(tile.width * tile.height).toBeCloseTo((tile.item / 24) * 240_000, 3)
    const worst = Math.max(...tiles.map(tile => Math.max(tile.width / tile.height, tile.height / tile.width)))
    expect(worst).toBeLessThan(3)
  })
  it('of nothing are empty', () => {
    expect(treemap([0], size => size, 10, 10)).toEqual([])
    expect(treemap([1], size => size, 0, 10)).toEqual([])
  })
})
