/*
 * Copyright 2026-present the original author or authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

package io.github.ktls.linux;

/**
 * A control message of one byte, as kernel TLS uses it to say which content type a record
 * has.
 *
 * @param level the protocol level, for example {@link SocketConstants#SOL_TLS}
 * @param type the type within the level, for example
 * {@link SocketConstants#TLS_SET_RECORD_TYPE}
 * @param value the byte
 */
public record ControlMessage(int level, int type, byte value) {

}
