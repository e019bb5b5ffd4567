/** Squarified tree-maps: Bruls, Huizing and van Wijk, "Squarified Treemaps", 2000. Pure; O(n log n). */

export interface Tile<T> {
  item: T
  x: number
  y: number
  width: number
  height: number
}

/** Rectangles whose areas are as the sizes, the largest first; what has no size is left out. */
export function treemap<T>(items: readonly T[], sizeOf: (item: T) => number, width: number, height: number): Tile<T>[] {
  const sorted = items.filter(item => sizeOf(item) > 0).toSorted((a, b) => sizeOf(b) - sizeOf(a))
  const total = sorted.reduce((sum, item) => sum + sizeOf(item), 0)
  if (total === 0 || width <= 0 || height <= 0) return []
  const scale = (width * height) / total
  const tiles: Tile<T>[] = []
  let [x, y, w, h] = [0, 0, width, height]
  let row: { item: T; area: number }[] = []
  const worst = (areas: readonly number[], side: number): number => {
    const sum = areas.reduce((a, b) => a + b, 0)
    return Math.max(
      ...areas.map(area => Math.max((side * side * area) / (sum * sum), (sum * sum) / (side * side * area))),
    )
  }
  const lay = (): void => {
    const sum = row.reduce((total, one) => total + one.area, 0)
    const isAcross = w >= h
    const thick = isAcross ? sum / h : sum / w
    let along = 0
    for (const { item, area } of row) {
      const length = area / thick
      tiles.push(
        isAcross
          ? { item, x, y: y + along, width: thick, height: length }
          : { item, x: x + along, y, width: length, height: thick },
      )
      along += length
    }
    if (isAcross) {
      x += thick
      w -= thick
    } else {
      y += thick
      h -= thick
    }
    row = []
  }
  for (const item of sorted) {
    const area = sizeOf(item) * scale
    const side = Math.min(w, h)
    const areas = row.map(one => one.area)
    if (row.length > 0 && worst([...areas, area], side) > worst(areas, side)) lay()
    row.push({ item, area })
  }
  if (row.length > 0) lay()
  return tiles
}
