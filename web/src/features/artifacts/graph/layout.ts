/**
 * Where the nodes of a lineage stand: columns by the longest path, rows so that edges are short and what matters most is one straight
 * line. Edges bend at right angles. Pure; O(nodes · passes + edges), for the few hundred nodes that are drawn.
 */

import type { Lineage, LineageNode } from '../../../data/artifacts'

export interface Placed {
  node: LineageNode
  x: number
  y: number
  width: number
  height: number
  column: number
}

export interface PlacedEdge {
  source: string
  target: string
  role: string
  /** An SVG path. */
  path: string
}

export interface GraphLayout {
  nodes: readonly Placed[]
  edges: readonly PlacedEdge[]
  byId: ReadonlyMap<string, Placed>
  width: number
  height: number
}

export const RUN_PX = 30
const LABEL_PX = 30
const COLUMN_GAP = 44
const ROW_GAP = 22
const PAD = 34
const PASSES = 8
const RADIUS = 7

export const isRunNode = (node: LineageNode): boolean =>
  node.kind === 'run' || (node.kind === 'group' && !node.name && !node.type)

export interface Size {
  width: number
  height: number
}

/** Marks that say more than that a version is the newest. */
export const shownAliases = (node: LineageNode): string[] =>
  (node.aliases ?? []).filter(alias => alias !== 'latest').slice(0, 2)

/** Aliases in a row, whole ones as far as there is room; the first is cut rather than left out. */
export function placedMarks(aliases: readonly string[], room: number): { alias: string; at: number; wide: number }[] {
  const placed: { alias: string; at: number; wide: number }[] = []
  let at = 0
  for (const alias of aliases) {
    const wide = Math.min(alias.length * 6.2 + (alias === 'production' ? 24 : 14), room)
    if (at + wide > room) break
    placed.push({ alias, at, wide })
    at += wide + 4
  }
  return placed
}

export function sizeOf(node: LineageNode, isRoot: boolean): Size {
  if (isRoot) return { width: 150, height: 76 }
  if (isRunNode(node)) return { width: RUN_PX, height: RUN_PX }
  return { width: 132, height: 42 + (node.is_stale ? 18 : 0) + (shownAliases(node).length > 0 ? 22 : 0) }
}

export type Reachable = ReadonlySet<string>

/** All that lead to `from` (−1) or follow from it (1), with itself. */
export function reach(lineage: Pick<Lineage, 'edges'>, from: string, direction: 1 | -1): Reachable {
  const next = new Map<string, string[]>()
  for (const { source, target } of lineage.edges) {
    const [a, b] = direction === 1 ? [source, target] : [target, source]
    const known = next.get(a)
    if (known) known.push(b)
    else next.set(a, [b])
  }
  const seen = new Set([from])
  const waiting = [from]
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop())
    for (const other of next.get(id) ?? [])
      if (!seen.has(other)) {
        seen.add(other)
        waiting.push(other)
      }
  return seen
}

/** The nodes of the shortest way between two, both included; empty where there is none. */
export function way(lineage: Pick<Lineage, 'edges'>, from: string, to: string): string[] {
  const before = new Map<string, string>([[from, '']])
  const waiting = [from]
  for (let i = 0; i < waiting.length; i++) {
    const id = waiting[i] as string
    if (id === to) break
    for (const { source, target } of lineage.edges)
      if (source === id && !before.has(target)) {
        before.set(target, id)
        waiting.push(target)
      }
  }
  if (!before.has(to)) return []
  const path: string[] = []
  for (let id = to; id !== ''; id = before.get(id) ?? '') path.unshift(id)
  return path
}

/** The version in production that follows from the root, with the whole line that leads to it; else the way to the farthest node. */
export function mainPath(lineage: Lineage): { target: LineageNode | null; path: readonly string[] } {
  const down = reach(lineage, lineage.root, 1)
  const following = lineage.nodes.filter(node => down.has(node.id))
  const target =
    following.find(node => node.aliases?.includes('production')) ??
    following.reduce<LineageNode | null>((best, node) => (best === null || node.level > best.level ? node : best), null)
  const forward = target ? way(lineage, lineage.root, target.id) : [lineage.root]
  const back: string[] = []
  // Upstream: always the newest input.
  for (let id = lineage.root; ;) {
    const inputs = new Set(
      lineage.edges.filter(edge => edge.target === id && !back.includes(edge.source)).map(edge => edge.source),
    )
    const nodes = lineage.nodes.filter(node => inputs.has(node.id))
    if (nodes.length === 0) break
    id = nodes.reduce((best, node) => (node.at > best.at ? node : best)).id
    back.unshift(id)
  }
  return { target, path: [...back, ...forward] }
}

/** The longest path to each, from the edges; what stands in a circle keeps the level it was given. */
function levels({ nodes, edges }: Lineage): Map<string, number> {
  const known = new Map(nodes.map(node => [node.id, 0]))
  const indegree = new Map(nodes.map(node => [node.id, 0]))
  const next = new Map<string, string[]>()
  for (const { source, target } of edges) {
    if (!known.has(source) || !known.has(target)) continue
    indegree.set(target, (indegree.get(target) ?? 0) + 1)
    next.set(source, [...(next.get(source) ?? []), target])
  }
  const ready = nodes.filter(node => indegree.get(node.id) === 0).map(node => node.id)
  const done = new Set<string>()
  for (let id = ready.pop(); id !== undefined; id = ready.pop()) {
    done.add(id)
    for (const target of next.get(id) ?? []) {
      known.set(target, Math.max(known.get(target) ?? 0, (known.get(id) ?? 0) + 1))
      indegree.set(target, (indegree.get(target) ?? 1) - 1)
      if (indegree.get(target) === 0) ready.push(target)
    }
  }
  for (const node of nodes) if (!done.has(node.id)) known.set(node.id, node.level)
  // An input without one of its own stands right before what takes it in, not at the far left.
  for (const node of nodes) {
    const targets = next.get(node.id) ?? []
    const isInput = !edges.some(edge => edge.target === node.id)
    if (isInput && targets.length > 0)
      known.set(node.id, Math.max(0, Math.min(...targets.map(target => known.get(target) ?? 1)) - 1))
  }
  return known
}

export function layout(lineage: Lineage, options: { isVertical?: boolean; widthPx?: number } = {}): GraphLayout {
  const level = levels(lineage)
  const columns: LineageNode[][] = []
  for (const node of lineage.nodes) {
    const at = level.get(node.id) ?? 0
    ;(columns[at] ??= []).push(node)
  }
  const filled = columns.filter(column => column !== undefined && column.length > 0)
  const { path } = mainPath(lineage)
  const main = new Set(path)
  order(filled, lineage, main)
  return options.isVertical ? vertical(filled, lineage, options.widthPx ?? 360) : horizontal(filled, lineage, main)
}

/** Sweeps that put each node near the middle of its neighbours in the column before, then in the one after. */
function order(columns: LineageNode[][], { edges }: Lineage, main: ReadonlySet<string>): void {
  const neighbours = new Map<string, string[]>()
  for (const { source, target } of edges) {
    neighbours.set(source, [...(neighbours.get(source) ?? []), target])
    neighbours.set(target, [...(neighbours.get(target) ?? []), source])
  }
  const place = new Map<string, number>()
  const settle = (column: LineageNode[]): void =>
    column.forEach((node, i) => place.set(node.id, i - (column.length - 1) / 2))
  for (const column of columns) {
    column.sort((a, b) => a.at - b.at || a.label.localeCompare(b.label))
    settle(column)
  }
  for (let pass = 0; pass < PASSES; pass++) {
    const sweep = pass % 2 === 0 ? columns : columns.toReversed()
    for (const column of sweep) {
      const wish = new Map(
        column.map(node => {
          const near = (neighbours.get(node.id) ?? []).map(id => place.get(id) ?? 0)
          const mean =
            near.length > 0 ? near.reduce((sum, one) => sum + one, 0) / near.length : (place.get(node.id) ?? 0)
          return [node.id, main.has(node.id) ? mean / 4 : mean] as const
        }),
      )
      column.sort((a, b) => (wish.get(a.id) ?? 0) - (wish.get(b.id) ?? 0))
      settle(column)
    }
  }
}

function horizontal(columns: readonly LineageNode[][], lineage: Lineage, main: ReadonlySet<string>): GraphLayout {
  const placed = new Map<string, Placed>()
  let x = PAD
  columns.forEach((column, at) => {
    const sizes = column.map(node => sizeOf(node, node.id === lineage.root))
    const wide = Math.max(...column.map((node, i) => (isRunNode(node) ? 96 : (sizes[i] as Size).width)))
    column.forEach((node, i) => {
      const size = sizes[i] as Size
      placed.set(node.id, { node, x: x + (wide - size.width) / 2, y: 0, ...size, column: at })
    })
    x += wide + COLUMN_GAP
  })
  const width = x - COLUMN_GAP + PAD
  // Rows: the main line at zero; what is above goes up from it, what is below goes down.
  const middle = new Map<string, number>()
  const roomOf = (node: LineageNode): number => {
    const size = sizeOf(node, node.id === lineage.root)
    return size.height + (isRunNode(node) ? LABEL_PX : 0)
  }
  const wishOf = (node: LineageNode): number => {
    const near = lineage.edges.flatMap(({ source, target }) =>
      source === node.id ? (middle.get(target) ?? []) : target === node.id ? (middle.get(source) ?? []) : [],
    )
    return near.length > 0 ? near.reduce((sum, one) => sum + one, 0) / near.length : 0
  }
  for (let pass = 0; pass < 4; pass++) {
    for (const column of pass % 2 === 0 ? columns : columns.toReversed()) {
      const pin = column.findIndex(node => main.has(node.id))
      const wishes = column.map((node, i) => (i === pin ? 0 : wishOf(node)))
      const at: number[] = []
      const anchor = pin >= 0 ? pin : Math.floor(column.length / 2)
      at[anchor] = pin >= 0 ? 0 : (wishes[anchor] as number)
      for (let i = anchor - 1; i >= 0; i--) {
        const apart = (roomOf(column[i] as LineageNode) + roomOf(column[i + 1] as LineageNode)) / 2 + ROW_GAP
        at[i] = Math.min(wishes[i] as number, (at[i + 1] as number) - apart)
      }
      for (let i = anchor + 1; i < column.length; i++) {
        const apart = (roomOf(column[i - 1] as LineageNode) + roomOf(column[i] as LineageNode)) / 2 + ROW_GAP
        at[i] = Math.max(wishes[i] as number, (at[i - 1] as number) + apart)
      }
      column.forEach((node, i) => middle.set(node.id, at[i] as number))
    }
  }
  const tops = [...placed.values()].map(one => (middle.get(one.node.id) ?? 0) - one.height / 2)
  const lift = PAD - Math.min(...tops, 0)
  let height = 0
  for (const one of placed.values()) {
    one.y = Math.round((middle.get(one.node.id) ?? 0) - one.height / 2 + lift)
    height = Math.max(height, one.y + roomOf(one.node) + PAD)
  }
  const edges = lineage.edges.flatMap(edge => {
    const [a, b] = [placed.get(edge.source), placed.get(edge.target)]
    if (!a || !b) return []
    const [x0, y0, x1, y1] = [a.x + a.width, a.y + a.height / 2, b.x - 1, b.y + b.height / 2]
    if (Math.abs(y0 - y1) < 1) return [{ ...edge, path: bend([[x0, y0], [x1, y0]]) }] // oxfmt-ignore
    // The trunk stands beside its source, clear of wide labels; beside the target where columns are skipped.
    const trunk = b.column - a.column > 1 ? x1 - 14 : isRunNode(a.node) ? Math.max(x0 + 6, x1 - 22) : x0 + 10
    return [{ ...edge, path: bend([[x0, y0], [trunk, y0], [trunk, y1], [x1, y1]]) }] // oxfmt-ignore
  })
  return { nodes: [...placed.values()], edges, byId: placed, width, height }
}

const ACROSS = 3
const CARD_PX = 44

/** Top to bottom in cards, three to a row: for the phone. */
function vertical(columns: readonly LineageNode[][], lineage: Lineage, widthPx: number): GraphLayout {
  const placed = new Map<string, Placed>()
  const gap = 8
  // Between the lines of one row there is room for an edge too.
  const lineGap = 22
  let y = 14
  columns.forEach((row, at) => {
    for (let from = 0; from < row.length; from += ACROSS) {
      const line = row.slice(from, from + ACROSS)
      const isRoot = line.some(node => node.id === lineage.root)
      const height = Math.max(
        ...line.map(node =>
          node.id === lineage.root ? 76 : CARD_PX + (node.is_stale ? 18 : 0) + (shownAliases(node).length > 0 ? 20 : 0),
        ),
      )
      const wide =
        isRoot && line.length === 1
          ? 200
          : line.length === 1
            ? 150
            : (widthPx - 16 - gap * (line.length - 1)) / line.length
      const total = wide * line.length + gap * (line.length - 1)
      line.forEach((node, i) => {
        placed.set(node.id, { node, x: (widthPx - total) / 2 + i * (wide + gap), y, width: wide, height, column: at })
      })
      y += height + (from + ACROSS < row.length ? lineGap : 28)
    }
  })
  const edges = lineage.edges.flatMap(edge => {
    const [a, b] = [placed.get(edge.source), placed.get(edge.target)]
    if (!a || !b) return []
    const [x0, y0, x1, y1] = [a.x + a.width / 2, a.y + a.height, b.x + b.width / 2, b.y - 1]
    if (Math.abs(x0 - x1) < 1) return [{ ...edge, path: bend([[x0, y0], [x0, y1]]) }] // oxfmt-ignore
    const trunk = Math.max(y0 + 4, y1 - lineGap / 2)
    return [{ ...edge, path: bend([[x0, y0], [x0, trunk], [x1, trunk], [x1, y1]]) }] // oxfmt-ignore
  })
  return { nodes: [...placed.values()], edges, byId: placed, width: widthPx, height: y }
}

type Point = readonly [number, number]

/** A line through points with rounded corners. */
export function bend(points: readonly Point[]): string {
  const half = (value: number): number => Math.round(value * 2) / 2
  const [first] = points
  if (!first) return ''
  let path = `M${half(first[0])} ${half(first[1])}`
  for (let i = 1; i + 1 < points.length; i++) {
    const [before, here, after] = [points[i - 1] as Point, points[i] as Point, points[i + 1] as Point]
    const [into, out] = [
      Math.hypot(here[0] - before[0], here[1] - before[1]),
      Math.hypot(after[0] - here[0], after[1] - here[1]),
    ]
    const radius = Math.min(RADIUS, into / 2, out / 2)
    if (radius < 0.5) {
      path += `L${half(here[0])} ${half(here[1])}`
      continue
    }
    const at = (to: Point, length: number): string =>
      `${half(here[0] + ((to[0] - here[0]) / length) * radius)} ${half(here[1] + ((to[1] - here[1]) / length) * radius)}`
    path += `L${at(before, into)}Q${half(here[0])} ${half(here[1])} ${at(after, out)}`
  }
  const last = points.at(-1) as Point
  return `${path}L${half(last[0])} ${half(last[1])}`
}
