import js from '@eslint/js';
import jest from 'eslint-plugin-jest';
import jsdoc from 'eslint-plugin-jsdoc';
import tseslint from 'typescript-eslint';

const noImports = (from, message) => ({
  'no-restricted-imports': ['error', { patterns: [{ group: from, message }] }],
});

export default tseslint.config(
  {
    ignores: ['dist/', 'cdk.out/', 'coverage/', 'test/fixtures/', 'test/*.snapshot/', 'test/cdk-integ.out.*/'],
  },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: { allowDefaultProject: ['*.mjs', '*.cjs', 'scripts/build/*.mjs'] } },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/prefer-readonly': 'error',
      'no-console': 'error',
      eqeqeq: 'error',
      curly: ['error', 'multi-line'],
      'no-restricted-syntax': [
        'error',
        { selector: ':matches(PropertyDefinition, MethodDefinition) > PrivateIdentifier', message: 'Write `private`.' },
      ],
    },
  },
  {
    files: ['bin/**', 'lib/**', 'lambda/**', 'scripts/**/*.ts'],
    plugins: { jsdoc },
    // What a module shows to others says what it throws.
    rules: {
      'jsdoc/require-throws': [
        'error',
        {
          contexts: [
            'ExportNamedDeclaration > FunctionDeclaration',
            'ExportNamedDeclaration > VariableDeclaration > VariableDeclarator > ArrowFunctionExpression',
            'MethodDefinition[accessibility!="private"] > FunctionExpression',
          ],
        },
      ],
    },
  },
  {
    files: ['lib/wire/**'],
    rules: noImports(['aws-*', '@aws-*', 'constructs'], 'The wire types import neither SDK nor CDK.'),
  },
  {
    files: ['lambda/**'],
    rules: {
      ...noImports(['../lib/*', '../scripts/*'], 'A handler imports nothing from lib or scripts.'),
      'no-console': 'off',
    },
  },
  {
    files: ['test/**'],
    ...jest.configs['flat/recommended'],
    rules: {
      ...jest.configs['flat/recommended'].rules,
      'jest/expect-expect': ['error', { assertFunctionNames: ['expect*', '**.hasResource*', '**.resource*'] }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { module: 'writable', require: 'readonly', process: 'readonly', __dirname: 'readonly' },
    },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  { files: ['**/*.mjs', '**/*.cjs'], ...tseslint.configs.disableTypeChecked },
  {
    files: ['scripts/build/*.mjs', 'test/bench/**', 'test/integ/*.mjs'],
    rules: { 'no-console': 'off' },
    languageOptions: { globals: { console: 'readonly', process: 'readonly' } },
  },
);
