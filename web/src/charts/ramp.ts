/** Continuous colours of the theme: `--seq-3` (near the panel: low) to `--seq-9`. */

import { colourOf } from './palette'

const FROM = 3
const TO = 9
const SHADES = 64

let made: { first: string; shades: string[] } | null = null

/** `part` in 0…1; anything else has the colour of labels. Shades are made once per theme. */
export function rampColour(part: number): string {
  if (!(part >= 0)) return colourOf('--text-3')
  const first = colourOf(`--seq-${FROM}`)
  if (made?.first !== first) made = { first, shades: shadesOf() }
  return made.shades[Math.min(SHADES - 1, Math.floor(part * SHADES))] as string
}

/** The place of `part` among the shades, for drawing a shade at a time. */
export const shadeOf = (part: number): number => (part >= 0 ? Math.min(SHADES - 1, Math.floor(part * SHADES)) : -1)

/** The ramp as a CSS gradient, low to high. */
export function rampGradient(): string {
  const stops = Array.from({ length: TO - FROM + 1 }, (_, i) => `var(--seq-${FROM + i})`)
  return `linear-gradient(90deg, ${stops.join(', ')})`
}

function shadesOf(): string[] {
  const stops = Array.from({ length: TO - FROM + 1 }, (_, i) => channels(colourOf(`--seq-${FROM + i}`)))
  return Array.from({ length: SHADES }, (_, i) => {
    const place = (i / (SHADES - 1)) * (stops.length - 1)
    const left = Math.min(stops.length - 2, Math.floor(place))
    const [a, b] = [stops[left] as number[], stops[left + 1] as number[]]
    const mixed = a.map((value, k) => Math.round(value + ((b[k] as number) - value) * (place - left)))
    return `rgb(${mixed.join(', ')})`
  })
}

/** Red, green and blue, 0…255, of a computed colour. */
export function channels(colour: string): [number, number, number] {
  const numbers = (colour.match(/[\d.]+/g) ?? []).map(Number)
  // `color(srgb r g b)` counts to 1, `rgb(r, g, b)` to 255.
  const scale = colour.startsWith('color(') ? 255 : 1
  const [r = 136, g = 136, b = 136] = numbers
  return [r * scale, g * scale, b * scale]
}
