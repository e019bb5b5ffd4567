import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { useState } from 'react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DataGrid, type GridColumn } from './DataGrid'
import { emptySelection } from './selection'

const COUNT = 100_000
const losses = Float64Array.from({ length: COUNT }, (_, index) => 1 / (1 + index))
const columns: GridColumn[] = [
  { id: 'name', label: 'Name', widthPx: 120, grows: true, cell: index => `run ${index}` },
  {
    id: 'loss',
    label: 'loss',
    widthPx: 80,
    isNumber: true,
    sorted: 'ascending',
    onSort: vi.fn(),
    cell: index => losses[index]!.toPrecision(4),
  },
]
const keyAt = (index: number) => `r${index}`

function Grid({ onOpen }: { onOpen?: (key: string) => void }) {
  const [selection, setSelection] = useState(emptySelection)
  return (
    <>
      <DataGrid
        label="Runs"
        columns={columns}
        rowCount={COUNT}
        keyAt={keyAt}
        selection={selection}
        onSelection={setSelection}
        rowPx={28}
        {...(onOpen ? { onOpen } : {})}
      />
      <output>{[...selection.keys].join(' ')}</output>
    </>
  )
}

beforeEach(() => {
  // A test page has no layout: the grid is given the height of ten rows.
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(280)
  vi.spyOn(HTMLElement.prototype, 'offsetWidth', 'get').mockReturnValue(400)
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(280)
})
afterEach(cleanup)

describe('the grid', () => {
  it('mounts what can be seen of a hundred thousand rows', () => {
    render(<Grid />)
    const rows = screen.getAllByRole('row')
    expect(rows.length).toBeGreaterThan(8)
    expect(rows.length).toBeLessThan(40)
    expect(screen.getByRole('grid').getAttribute('aria-rowcount')).toBe(String(COUNT + 1))
  })

  it('says how a column is sorted and asks its owner to sort', () => {
    render(<Grid />)
    expect(screen.getByRole('columnheader', { name: /loss/ }).getAttribute('aria-sort')).toBe('ascending')
    fireEvent.click(screen.getByRole('button', { name: 'Sort by loss' }))
    expect(columns[1]!.onSort).toHaveBeenCalledOnce()
  })

  it('moves with J and K, extends with Shift, opens with Enter', () => {
    const onOpen = vi.fn()
    render(<Grid onOpen={onOpen} />)
    const grid = screen.getByRole('grid')
    for (const key of ['j', 'j', 'k', 'j']) fireEvent.keyDown(grid, { key })
    fireEvent.keyDown(grid, { key: 'J', shiftKey: true })
    fireEvent.keyDown(grid, { key: 'ArrowDown', shiftKey: true })
    expect(screen.getByRole('status').textContent).toBe('r1 r2 r3')
    fireEvent.keyDown(grid, { key: 'Enter' })
    expect(onOpen).toHaveBeenCalledWith('r3')
    fireEvent.keyDown(grid, { key: 'Escape' })
    expect(screen.getByRole('status').textContent).toBe('')
  })

  it('selects with Ctrl click and a range with Shift click', () => {
    render(<Grid />)
    fireEvent.click(screen.getByText('run 1'), { ctrlKey: true })
    fireEvent.click(screen.getByText('run 3'), { shiftKey: true })
    expect(screen.getByRole('status').textContent).toBe('r1 r2 r3')
  })
})
