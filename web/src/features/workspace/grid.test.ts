import { describe, expect, it } from 'vitest'
import type { Panel } from '../../panels/registry'
import type { Layout } from '../../panels/schema'
import { type Arrangement, arrange, COLUMNS, moved, perRowOf, placeAt, stepped } from './grid'

const panel = (id: string, layout?: Layout): Panel => ({ kind: 'line', id, ...(layout ? { layout } : {}) })
const at = (x: number, y: number, w = 4, h = 4): Layout => ({ x, y, w, h })
const places = ({ placed }: Arrangement): Record<string, number[]> =>
  Object.fromEntries(placed.map(({ panel, x, y, w, h }) => [panel.id, [x, y, w, h]]))

function expectSound({ placed, rows }: Arrangement): void {
  const taken = new Set<number>()
  let isSound = true
  for (const { x, y, w, h } of placed) {
    isSound &&= x >= 0 && x + w <= COLUMNS && y + h <= rows
    for (let column = x; column < x + w; column++) {
      for (let row = y; row < y + h; row++) {
        isSound &&= !taken.has(row * COLUMNS + column)
        taken.add(row * COLUMNS + column)
      }
    }
  }
  expect(isSound).toBe(true)
}

describe('a section that flows', () => {
  it('puts panels side by side in their order', () => {
    const flow = arrange([panel('a'), panel('b'), panel('c'), panel('d')], 3, true)
    expect(places(flow)).toEqual({ a: [0, 0, 4, 4], b: [4, 0, 4, 4], c: [8, 0, 4, 4], d: [0, 4, 4, 4] })
  })

  it('keeps sizes and lets others make way', () => {
    const flow = arrange([panel('a', at(5, 9, 8, 4)), panel('b'), panel('c')], 3, true)
    expect(places(flow)).toEqual({ a: [0, 0, 8, 4], b: [8, 0, 4, 4], c: [0, 4, 4, 4] })
  })

  it('changes the order when a panel is dragged', () => {
    const flow = arrange([panel('a'), panel('b'), panel('c')], 3, true)
    const order = (target: Layout, id: string): string =>
      moved(flow, id, target, 3, true)
        .placed.map(item => item.panel.id)
        .join('')
    expect(order(at(8, 0), 'a')).toBe('bca')
    expect(order(at(0, 0), 'c')).toBe('cab')
    expect(order(at(4, 0), 'a')).toBe('bac')
    expect(order(at(0, 0), 'a')).toBe('abc')
  })

  it('moves past a neighbour with each key', () => {
    const flow = arrange([panel('a'), panel('b'), panel('c')], 3, true)
    const right = stepped(flow, 'a', [1, 0], false, 3, true)
    expect(right.placed.map(item => item.panel.id)).toEqual(['b', 'a', 'c'])
    const wider = stepped(flow, 'a', [1, 0], true, 3, true)
    expect(places(wider).a).toEqual([0, 0, 5, 4])
  })
})

describe('a section with places', () => {
  const section = arrange([panel('a', at(0, 0)), panel('b', at(4, 0)), panel('c', at(0, 4))], 3, false)

  it('closes gaps upwards and nothing overlaps', () => {
    const gaps = arrange([panel('a', at(0, 7)), panel('b', at(2, 8)), panel('c', at(11, 3, 6, 2))], 3, false)
    expect(places(gaps)).toEqual({ c: [6, 0, 6, 2], a: [0, 0, 4, 4], b: [2, 4, 4, 4] })
    expectSound(gaps)
  })

  it('gives the dragged panel the place and moves the others down', () => {
    const next = moved(section, 'c', at(0, 0), 3, false)
    expect(places(next)).toEqual({ c: [0, 0, 4, 4], a: [0, 4, 4, 4], b: [4, 0, 4, 4] })
  })

  it('steps by a column, and over the neighbour above or below', () => {
    expect(places(stepped(section, 'b', [1, 0], false, 3, false)).b).toEqual([5, 0, 4, 4])
    expect(places(stepped(section, 'c', [0, -1], false, 3, false)).c).toEqual([0, 0, 4, 4])
    expect(places(stepped(section, 'a', [0, 1], false, 3, false)).a).toEqual([0, 4, 4, 4])
    expect(places(stepped(section, 'b', [0, 1], true, 3, false)).b).toEqual([4, 0, 4, 5])
  })

  it('stays sound through random drags', () => {
    let seed = 7
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return seed % below
    }
    let now = arrange(
      Array.from({ length: 14 }, (_, i) => panel(`p${i}`)),
      3,
      false,
    )
    for (let i = 0; i < 300; i++) {
      const target = at(random(14) - 1, random(20), 1 + random(13), 1 + random(7))
      now = moved(now, `p${random(14)}`, target, 3, false)
      expect(now.placed).toHaveLength(14)
      expectSound(now)
    }
  })
})

it('as many panels side by side as the width or the section says', () => {
  expect([300, 600, 900, 1600].map(px => perRowOf(px))).toEqual([1, 2, 3, 4])
  expect(perRowOf(900, 2)).toBe(2)
  expect(perRowOf(390, 3)).toBe(1)
})

it('snaps pixels to the nearest place', () => {
  expect(placeAt(330, 130, 956)).toEqual({ x: 4, y: 2 })
})
