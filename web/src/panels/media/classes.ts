/** Classes of masks and boxes: their colours, and which of them are shown. Pure. */

import type { Overlays } from '../schema'
import type { BoxGroup, ClassLabel, ImageValue } from './values'

/** Bright on most pictures, and told apart by most eyes. A picture does not change with the theme, nor do these. */
const COLOURS = [
  '#38bdf8', '#ffb020', '#f472b6', '#4ade80', '#c084fc', '#fb7185', '#facc15', '#2dd4bf', '#818cf8', '#fb923c', '#a3e635', '#e879f9',
  '#22d3ee', '#f87171', '#34d399', '#fde047', '#60a5fa', '#f0abfc', '#86efac', '#fdba74', '#67e8f9', '#fca5a5', '#bef264', '#d8b4fe',
] as const // oxfmt-ignore

const NO_CLASS = '#9ca3af'

export function classColour(id: number): string {
  if (id <= 0) return NO_CLASS
  return COLOURS[(id - 1) % COLOURS.length] as string
}

export function rgbOf(hex: string): [number, number, number] {
  const value = Number.parseInt(hex.slice(1), 16)
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255]
}

/** Of masks within their edges. */
export const OPACITY = 0.25

export const classKey = (group: string, id: number): string => `${group}/${id}`

/** Classes that say "nothing is here" begin hidden. */
const isNothing = ({ id, name }: ClassLabel): boolean =>
  id === 0 && /^(class 0|bg|none|void|ignore|unlabell?ed|back ?ground)$/i.test(name)

export function isShown(overlays: Overlays, group: string, label: ClassLabel): boolean {
  const hidden = overlays.hidden ?? []
  if (hidden.includes(group)) return false
  const key = classKey(group, label.id)
  if (isNothing(label)) return hidden.includes(`+${key}`)
  return !hidden.includes(key)
}

export function toggleClass(overlays: Overlays, group: string, label: ClassLabel): Overlays {
  const key = isNothing(label) ? `+${classKey(group, label.id)}` : classKey(group, label.id)
  return toggled(overlays, key)
}

export const toggleGroup = (overlays: Overlays, group: string): Overlays => toggled(overlays, group)

function toggled(overlays: Overlays, key: string): Overlays {
  const hidden = overlays.hidden ?? []
  const next = hidden.includes(key) ? hidden.filter(one => one !== key) : [...hidden, key]
  const { hidden: _, ...rest } = overlays
  return next.length > 0 ? { ...rest, hidden: next } : rest
}

export interface LayerClass {
  label: ClassLabel
  hasMask: boolean
  boxCount: number
}

export interface Layer {
  group: string
  classes: LayerClass[]
}

/** Every group of masks and boxes of some images, with its classes. */
export function layersOf(images: readonly ImageValue[]): Layer[] {
  const layers = new Map<string, Map<number, LayerClass>>()
  const classIn = (group: string, label: ClassLabel): LayerClass => {
    let known = layers.get(group)
    if (!known) layers.set(group, (known = new Map()))
    let found = known.get(label.id)
    if (!found) known.set(label.id, (found = { label, hasMask: false, boxCount: 0 }))
    return found
  }
  for (const image of images) {
    for (const mask of image.masks) {
      if (!layers.has(mask.group)) layers.set(mask.group, new Map())
      for (const label of mask.classes) classIn(mask.group, label).hasMask = true
    }
    for (const { group, boxes, classes } of image.boxes) {
      if (!layers.has(group)) layers.set(group, new Map())
      for (const box of boxes) classIn(group, labelOf(classes, box.classId)).boxCount++
    }
  }
  return [...layers].map(([group, classes]) => ({
    group,
    classes: [...classes.values()].toSorted((a, b) => a.label.id - b.label.id),
  }))
}

export function labelOf(classes: readonly ClassLabel[], id: number): ClassLabel {
  return classes.find(label => label.id === id) ?? { id, name: id < 0 ? 'no class' : `class ${id}` }
}

/** The scores that boxes of some images have, with their range. */
export function scoresOf(images: readonly ImageValue[]): { name: string; low: number; high: number }[] {
  const ranges = new Map<string, { name: string; low: number; high: number }>()
  for (const image of images)
    for (const { boxes } of image.boxes)
      for (const box of boxes)
        for (const [name, score] of Object.entries(box.scores)) {
          const range = ranges.get(name)
          if (!range) ranges.set(name, { name, low: score, high: score })
          else {
            range.low = Math.min(range.low, score)
            range.high = Math.max(range.high, score)
          }
        }
  return [...ranges.values()]
}

/** Boxes that the overlays let through, with the class of each. */
export function shownBoxes(
  { group, boxes, classes }: BoxGroup,
  overlays: Overlays,
): { box: BoxGroup['boxes'][number]; label: ClassLabel }[] {
  if (overlays.boxes === false) return []
  const limits = Object.entries(overlays.scores ?? {})
  return boxes.flatMap(box => {
    const label = labelOf(classes, box.classId)
    const passes = limits.every(([name, least]) => !(name in box.scores) || (box.scores[name] as number) >= least)
    return passes && isShown(overlays, group, label) ? [{ box, label }] : []
  })
}
