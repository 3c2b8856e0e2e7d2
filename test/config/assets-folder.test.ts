import { join } from 'node:path'
import t from 'tap'
import { assetsFolder } from '../../src/config/assets-folder.ts'
import { makeFolder } from '../folder.ts'

t.test('assets: as written, else beside the config, else those of the image', async t => {
  const folder = makeFolder(t, { config: {}, both: { assets: {} }, image: {} })
  const [config, both, image] = ['config', 'both', 'image'].map(name => join(folder, name))
  if (!config || !both || !image) throw new Error('there are three')
  t.teardown(() => delete process.env.BOOTWRIGHT_ASSETS)
  delete process.env.BOOTWRIGHT_ASSETS
  t.equal(assetsFolder(config, undefined), join(config, 'assets'), 'no container')
  process.env.BOOTWRIGHT_ASSETS = image
  t.equal(assetsFolder(config, undefined), image)
  t.equal(assetsFolder(both, undefined), join(both, 'assets'))
  t.equal(assetsFolder(config, './elsewhere'), join(config, 'elsewhere'))
})
