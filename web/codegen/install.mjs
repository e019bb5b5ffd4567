// Installs the generator's packages as the lock file has them, where they are not there already. A folder that is a link belongs
// to another checkout, which may be at work with it: it is read and never written.
import { execFileSync } from 'node:child_process'
import { lstatSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** What to do before the generator runs in `folder`: nothing, an installation, or what a person has to mend. */
export function planOf(folder) {
  const modules = join(folder, 'node_modules')
  if (isInstalled(folder)) return { kind: 'nothing' }
  if (!lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink()) return { kind: 'install' }
  return {
    kind: 'refuse',
    why: [
      `${modules} is a link, and what it leads to (${targetOf(modules)}) is not what package-lock.json asks for.`,
      'Installing would change that checkout. Remove the link and run this again: it installs here then.',
    ].join(' '),
  }
}

/** npm writes down what it installed. */
function isInstalled(folder) {
  const wanted = packagesOf(join(folder, 'package-lock.json'))
  const found = packagesOf(join(folder, 'node_modules', '.package-lock.json'))
  const paths = Object.keys(wanted).filter(path => path !== '')
  return (
    paths.length === Object.keys(found).length && paths.every(path => wanted[path].integrity === found[path]?.integrity)
  )
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages ?? {}
  } catch {
    return {}
  }
}

function targetOf(link) {
  try {
    return realpathSync(link)
  } catch {
    return 'nothing'
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  const folder = fileURLToPath(new URL('.', import.meta.url))
  const plan = planOf(folder)
  if (plan.kind === 'refuse') {
    console.error(plan.why)
    process.exit(1)
  }
  if (plan.kind === 'install') {
    // Through npm run, which says where it is itself.
    const npm = process.env.npm_execpath
    const args = ['--prefix', folder, 'ci', '--ignore-scripts']
    if (npm) execFileSync(process.execPath, [npm, ...args], { stdio: 'inherit' })
    else execFileSync('npm', args, { stdio: 'inherit' })
  }
}
