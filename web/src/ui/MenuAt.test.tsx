import { cleanup, render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { afterEach, expect, it } from 'vitest'
import { MenuItem } from './Menu'
import { MenuAt, type Point } from './MenuAt'

afterEach(cleanup)

function Page() {
  const [point, setPoint] = useState<Point | null>(null)
  return (
    <>
      <button type="button" onContextMenu={() => setPoint({ x: 3, y: 4 })}>
        Row
      </button>
      <MenuAt point={point} label="Run" onClose={() => setPoint(null)}>
        <MenuItem onSelect={() => undefined}>Open</MenuItem>
      </MenuAt>
    </>
  )
}

it('a menu at the pointer gives the focus back to where the right click was', async () => {
  const user = userEvent.setup()
  render(<Page />)
  const row = screen.getByText('Row')
  row.focus()
  await user.pointer({ keys: '[MouseRight]', target: row })
  await screen.findByRole('menuitem', { name: 'Open' })
  await user.keyboard('{Escape}')
  await waitFor(() => expect(screen.queryByRole('menuitem')).toBeNull())
  await waitFor(() => expect(document.activeElement).toBe(row))
})
