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

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * What {@link SystemCalls#recvmsg} needs besides the target: a message header, its vector
 * and room for one control message of one byte, all in one piece of native memory that is
 * allocated once. After a call it tells which control message came. Belongs to one thread
 * at a time.
 */
public final class ControlBuffer {

	private static final int IOVEC = MsgHdr.SIZE;

	private static final int CONTROL = IOVEC + MsgHdr.IOVEC_SIZE;

	private final ByteBuffer memory = ByteBuffer.allocateDirect(CONTROL + CmsgHdr.SPACE).order(ByteOrder.nativeOrder());

	// Is asked for at the first real call, so that a test needs no native library.
	private long address;

	/**
	 * Return whether a control message came.
	 * @return whether there is one
	 */
	public boolean isPresent() {
		return MsgHdr.controlLength(this.memory, 0) >= CmsgHdr.LENGTH;
	}

	/**
	 * Return the protocol level of the control message.
	 * @return the level, for example {@link SocketConstants#SOL_TLS}; without a meaning
	 * if there is no message
	 */
	public int level() {
		return CmsgHdr.level(this.memory, CONTROL);
	}

	/**
	 * Return the type of the control message.
	 * @return the type within its level, for example
	 * {@link SocketConstants#TLS_GET_RECORD_TYPE}; without a meaning if there is no
	 * message
	 */
	public int type() {
		return CmsgHdr.type(this.memory, CONTROL);
	}

	/**
	 * Return the content of the control message.
	 * @return the byte; without a meaning if there is no message
	 */
	public byte value() {
		return CmsgHdr.value(this.memory, CONTROL);
	}

	/**
	 * Return whether the kernel had more to tell than there was room for.
	 * @return whether {@code MSG_CTRUNC} was set
	 */
	public boolean isTruncated() {
		return (MsgHdr.flags(this.memory, 0) & SocketConstants.MSG_CTRUNC) != 0;
	}

	/**
	 * Store the outcome of a call, as the kernel would do it. For implementations of
	 * {@link SystemCalls} that have no kernel below them.
	 * @param message the control message that came, or {@code null} for none
	 * @param truncated whether there would have been more
	 */
	public void store(@Nullable ControlMessage message, boolean truncated) {
		if (message != null) {
			CmsgHdr.write(this.memory, CONTROL, message);
		}
		MsgHdr.writeResult(this.memory, 0, (message != null) ? CmsgHdr.SPACE : 0,
				truncated ? SocketConstants.MSG_CTRUNC : 0);
	}

	/**
	 * Forget the control message.
	 */
	void clear() {
		store(null, false);
	}

	/**
	 * Write the structures for a call.
	 * @param targetAddress where the bytes are to go
	 * @param targetLength how many there may be
	 * @return the address of the message header
	 */
	long prepare(long targetAddress, int targetLength) {
		if (this.address == 0) {
			this.address = Pointer.nativeValue(Native.getDirectBufferPointer(this.memory));
		}
		MsgHdr.writeIovec(this.memory, IOVEC, targetAddress, targetLength);
		MsgHdr.write(this.memory, 0, this.address + IOVEC, this.address + CONTROL, CmsgHdr.SPACE);
		return this.address;
	}

}
