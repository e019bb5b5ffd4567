import { beforeEach, expect, it } from 'vitest'
import { isLostPart, mayReload } from './PageError'

beforeEach(() => sessionStorage.clear())

it('code that could not be fetched is told from a page that broke', () => {
  const said = [
    'TypeError: Failed to fetch dynamically imported module: https://x/assets/SystemTab-1.js',
    'TypeError: error loading dynamically imported module: https://x/assets/SystemTab-1.js',
    'TypeError: Importing a module script failed.',
    'Error: Unable to preload CSS for /assets/SystemTab-1.css',
  ]
  expect(said.every(isLostPart)).toBe(true)
  expect(isLostPart(new TypeError('x is not a function'))).toBe(false)
})

it('a page is not loaded again and again for a part that stays away', () => {
  expect(mayReload(1000)).toBe(true)
  expect(mayReload(5000)).toBe(false)
  expect(mayReload(32_000)).toBe(true)
})
