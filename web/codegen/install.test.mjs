import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { planOf } from './install.mjs'

let place
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'codegen-'))
})
afterEach(() => rmSync(place, { recursive: true, force: true }))

/** A checkout that asks for version `wanted`, with `modules` as its folder of packages. */
function checkout(wanted) {
  const folder = join(place, 'here')
  mkdirSync(folder)
  const packages = { '': { name: 'codegen' }, 'node_modules/one': { version: wanted, integrity: `sum-${wanted}` } }
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages }))
  return folder
}

function installed(modules, version) {
  mkdirSync(modules)
  const packages = { 'node_modules/one': { version, integrity: `sum-${version}` } }
  writeFileSync(join(modules, '.package-lock.json'), JSON.stringify({ packages }))
}

it('installs where nothing is, or something else, and not twice', () => {
  const folder = checkout('2')
  expect(planOf(folder)).toEqual({ kind: 'install' })
  installed(join(folder, 'node_modules'), '1')
  expect(planOf(folder)).toEqual({ kind: 'install' })
  rmSync(join(folder, 'node_modules'), { recursive: true })
  installed(join(folder, 'node_modules'), '2')
  expect(planOf(folder)).toEqual({ kind: 'nothing' })
})

it('uses what a link leads to, and never installs there', () => {
  const folder = checkout('2')
  const elsewhere = join(place, 'elsewhere')
  symlinkSync(elsewhere, join(folder, 'node_modules'))
  expect(planOf(folder)).toMatchObject({ kind: 'refuse', why: expect.stringContaining('leads to (nothing)') })
  installed(elsewhere, '1')
  expect(planOf(folder)).toMatchObject({ kind: 'refuse', why: expect.stringContaining(elsewhere) })
  rmSync(elsewhere, { recursive: true })
  installed(elsewhere, '2')
  expect(planOf(folder)).toEqual({ kind: 'nothing' })
})
