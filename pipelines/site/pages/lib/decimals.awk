#! SPDX-License-Identifier: MIT
function decimals(percent) { return percent >= 99.95 ? 0 : percent >= 9.995 ? 1 : 2 }
