import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const tokens = readFileSync(join(import.meta.dirname, 'tokens.css'), 'utf8')

/** A token's colours in the light and the dark theme. */
function pair(name: string): readonly [string, string] {
  const found = new RegExp(`--${name}\\s*:\\s*light-dark\\((#\\w{6}), (#\\w{6})\\)`).exec(tokens)
  if (!found?.[1] || !found[2]) throw new Error(`no pair of colours is --${name}`)
  return [found[1], found[2]]
}

/** WCAG 2.2, "relative luminance". */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map(at => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y)
  return (light + 0.05) / (dark + 0.05)
}

test.each([1, 2, 3, 4, 5, 6, 7, 8, 9])('text on colour %i of the sequence can be read in both themes', place => {
  const [under, text] = [pair(`seq-${place}`), pair(`on-seq-${place}`)]
  expect(contrast(under[0], text[0])).toBeGreaterThanOrEqual(4.5)
  expect(contrast(under[1], text[1])).toBeGreaterThanOrEqual(4.5)
})
