import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { debianArch, debianUnit, debianVersion } from '../../packaging/deb.ts'

const root = join(import.meta.dirname, '../..')
const unit = readFileSync(join(root, 'systemd/bootwright.service'), 'utf8')

t.test('versions and architectures in the words of dpkg', async t => {
  t.equal(debianVersion('1.2.3'), '1.2.3')
  t.equal(debianVersion('1.0.0-rc.1'), '1.0.0~rc.1', 'before the release')
  t.equal(debianVersion('1.0.0-rc-2.x'), '1.0.0~rc.2.x', 'what follows a hyphen is a revision')
  t.equal(debianArch('x64'), 'amd64')
  t.equal(debianArch('arm64'), 'arm64')
  t.throws(() => debianArch('riscv64'), { message: /not for riscv64/ })
})

t.test(
  'the unit of the package is that of a checkout, but for where and as whom it runs',
  async t => {
    const changed = debianUnit(unit).split('\n')
    const before = unit.split('\n')
    t.equal(changed.length, before.length)
    const different = changed.filter((line, n) => line !== before[n])
    t.match(different, [
      /^Documentation=man:bootwright\(1\) file:\/usr\/share\/doc\/bootwright\/README\.md$/,
      /^ExecStart=\/usr\/bin\/bootwright serve --config \/etc\/bootwright\/config\.yaml$/,
      /^ExecStop=-\/usr\/bin\/bootwright drain /,
      /^User=bootwright$/,
    ])
    t.equal(different.length, 4)
  },
)

t.test('a unit that lost what is changed is no package', async t => {
  t.throws(() => debianUnit(unit.replace('DynamicUser=yes', '')), { message: /has no DynamicUser/ })
  t.throws(() => debianUnit(`${unit}#/opt/x`), { message: /still names \/opt/ })
})
