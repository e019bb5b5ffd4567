/** Light, dark or the system's: kept in this browser, put on `<html>`. `public/theme.js` does the same before the first paint. */

import { createStore, useStore } from 'zustand'

export type Theme = 'system' | 'light' | 'dark'

const KEY = 'assay.theme'

function stored(): Theme {
  try {
    const value = localStorage.getItem(KEY)
    return value === 'light' || value === 'dark' ? value : 'system'
  } catch {
    return 'system'
  }
}

const themeStore = createStore<{ theme: Theme }>(() => ({ theme: stored() }))

export const useTheme = (): Theme => useStore(themeStore, state => state.theme)

export function setTheme(theme: Theme): void {
  themeStore.setState({ theme })
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
  try {
    if (theme === 'system') localStorage.removeItem(KEY)
    else localStorage.setItem(KEY, theme)
  } catch {
    // Storage is off: the choice lasts as long as the page.
  }
}

/** From what is seen now to the other one. */
export function switchTheme(): void {
  const { theme } = themeStore.getState()
  const isDark = theme === 'system' ? matchMedia('(prefers-color-scheme: dark)').matches : theme === 'dark'
  setTheme(isDark ? 'light' : 'dark')
}
