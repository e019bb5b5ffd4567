/** Boxes in space: which are shown, their corners, and where a camera sees them. Pure. */

import type { Box3D, Point3, SceneCamera } from '../values'

export interface BoxFilter {
  /** `label:car`, `layer:truth`. */
  hidden: readonly string[]
  score: number | null
}

export const shownBoxes3D = (boxes: readonly Box3D[], { hidden, score }: BoxFilter): Box3D[] =>
  boxes.filter(
    box =>
      !hidden.includes(`label:${box.label}`) &&
      !hidden.includes(`layer:${box.layer}`) &&
      (score === null || box.score === null || box.score >= score),
  )

/** Pairs of corners that an edge joins, for corners in the order of `cornersOf3D`. */
export const EDGES: readonly (readonly [number, number])[] = [
  [0, 1], [1, 3], [3, 2], [2, 0], [4, 5], [5, 7], [7, 6], [6, 4], [0, 4], [1, 5], [2, 6], [3, 7],
] // oxfmt-ignore

/** Eight corners; bit 2 of the place is x, bit 1 is y, bit 0 is z. */
export function cornersOf3D({ corners, center, size, rotation }: Box3D): Point3[] {
  if (corners) return [...corners]
  return Array.from({ length: 8 }, (_, i) => {
    const [x, y, z] = [(i & 4 ? 0.5 : -0.5) * size[0], (i & 2 ? 0.5 : -0.5) * size[1], (i & 1 ? 0.5 : -0.5) * size[2]]
    const turned = rotated([x, y, z], rotation)
    return [turned[0] + center[0], turned[1] + center[1], turned[2] + center[2]]
  })
}

/** p turned by a quaternion x y z w, which is made one of length 1. */
export function rotated(p: Point3, rotation: readonly [number, number, number, number]): Point3 {
  const length = Math.hypot(...rotation) || 1
  const [x, y, z, w] = rotation.map(part => part / length) as [number, number, number, number]
  // p + 2 q × (q × p + w p)
  const [ax, ay, az] = [y * p[2] - z * p[1] + w * p[0], z * p[0] - x * p[2] + w * p[1], x * p[1] - y * p[0] + w * p[2]]
  return [p[0] + 2 * (y * az - z * ay), p[1] + 2 * (z * ax - x * az), p[2] + 2 * (x * ay - y * ax)]
}

/** The twelve edges. Given corners go in one of two usual orders: the one whose edges are shorter, for others are diagonals. */
export function edgesOf({ corners }: Box3D): readonly (readonly [number, number])[] {
  if (!corners) return EDGES
  const length = (edges: readonly (readonly [number, number])[]): number =>
    edges.reduce((sum, [a, b]) => {
      const [p, q] = [corners[a] as Point3, corners[b] as Point3]
      return sum + Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2])
    }, 0)
  return length(EDGES) <= length(AROUND) ? EDGES : AROUND
}

const AROUND: readonly (readonly [number, number])[] = [
  [0, 1], [1, 2], [2, 3], [3, 0], [4, 5], [5, 6], [6, 7], [7, 4], [0, 4], [1, 5], [2, 6], [3, 7],
] // oxfmt-ignore

/** Where a camera sees p: pixels and depth; null behind it, or when it does not say where it stands. */
export function projected(
  [x, y, z]: Point3,
  { intrinsics, extrinsics }: Pick<SceneCamera, 'intrinsics' | 'extrinsics'>,
): [number, number] | null {
  if (!intrinsics || !extrinsics) return null
  const at = extrinsics
    .slice(0, 3)
    .map(row => (row[0] ?? 0) * x + (row[1] ?? 0) * y + (row[2] ?? 0) * z + (row[3] ?? 0))
  const depth = at[2] as number
  if (depth <= 1e-6) return null
  const [u, v, w] = intrinsics.map(
    row => (row[0] ?? 0) * (at[0] as number) + (row[1] ?? 0) * (at[1] as number) + (row[2] ?? 0) * depth,
  ) as [number, number, number]
  return [u / w, v / w]
}

/** Labels and layers of boxes with how many each has, and the range of their scores. */
export function countsOf(boxes: readonly Box3D[]): {
  labels: { name: string; count: number }[]
  layers: { name: string; count: number }[]
  scores: [number, number] | null
} {
  const count = (nameOf: (box: Box3D) => string): { name: string; count: number }[] => {
    const found = new Map<string, number>()
    for (const box of boxes) if (nameOf(box) !== '') found.set(nameOf(box), (found.get(nameOf(box)) ?? 0) + 1)
    return [...found].map(([name, count]) => ({ name, count })).toSorted((a, b) => b.count - a.count)
  }
  const scores = boxes.flatMap(box => (box.score === null ? [] : [box.score]))
  return {
    labels: count(box => box.label),
    layers: count(box => box.layer),
    scores: scores.length > 0 ? [Math.min(...scores), Math.max(...scores)] : null,
  }
}
