import type { ReactNode } from 'react'

/** Code or a command, scrolled sideways when it is long: the keyboard must reach it for that. `k s f m c` classes colour it. */
export function CodeBox({ label = 'Code', children }: { label?: string; children: ReactNode }) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="codebox" tabIndex={0} role="group" aria-label={label}>
      {children}
    </div>
  )
}
